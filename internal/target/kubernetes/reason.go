package kubernetes

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/manifest"
)

// ready reports whether a pod gets requests.
func ready(p *corev1.Pod) bool {
	c := condition(p, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil
}

func condition(p *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == t {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// ended reports whether a pod will never run again, as one that was evicted.
func ended(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}

// containers are the states of all containers of a pod, the app's first.
func containers(p *corev1.Pod) []corev1.ContainerStatus {
	list := append([]corev1.ContainerStatus{}, p.Status.ContainerStatuses...)
	return append(list, p.Status.InitContainerStatuses...)
}

func container(p *corev1.Pod, name string) (corev1.ContainerStatus, bool) {
	for _, c := range containers(p) {
		if c.Name == name {
			return c, true
		}
	}
	return corev1.ContainerStatus{}, false
}

// sidecarRuns reports whether the sidecar of a pod can be asked.
func sidecarRuns(p *corev1.Pod) bool {
	c, ok := container(p, manifest.SidecarContainer)
	return ok && c.State.Running != nil
}

// started reports whether the app in a pod was started, whatever became of it.
func started(p *corev1.Pod) bool {
	c, ok := container(p, manifest.AppContainer)
	return ok && (c.State.Running != nil || c.State.Terminated != nil || c.LastTerminationState.Terminated != nil)
}

func restarts(p *corev1.Pod) int {
	n := 0
	for _, c := range containers(p) {
		n += int(c.RestartCount)
	}
	return n
}

// reason says why a pod is not ready: what holds it up, how its app ended, or
// what the app says itself.
func (d *doctor) reason(p *corev1.Pod) string {
	if text := heldUp(p); text != "" {
		return text
	}
	app, ok := container(p, manifest.AppContainer)
	if !ok {
		return cmp.Or(p.Status.Reason, "is being started")
	}
	died := cmp.Or(app.State.Terminated, app.LastTerminationState.Terminated)
	if app.State.Running == nil && died != nil {
		return exit(app.Name, died)
	}
	if app.State.Running == nil {
		return "is being started"
	}
	says := d.says(p)
	if died != nil && (says == "" || strings.HasSuffix(says, "no answer")) {
		return exit(app.Name, died)
	}
	return cmp.Or(says, "is not ready")
}

// heldUp says what keeps the containers of a pod from being started.
func heldUp(p *corev1.Pod) string {
	if c := condition(p, corev1.PodScheduled); c != nil && c.Status == corev1.ConditionFalse {
		return "no node takes it: " + c.Message
	}
	for _, c := range containers(p) {
		w, died := c.State.Waiting, c.LastTerminationState.Terminated
		switch {
		case w == nil, w.Reason == "ContainerCreating", w.Reason == "PodInitializing":
		case w.Reason == "CrashLoopBackOff" && died != nil && c.Name != manifest.AppContainer:
			return exit(c.Name, died)
		case w.Reason == "CrashLoopBackOff":
		default:
			return join(w.Reason, w.Message)
		}
	}
	return ""
}

// exit says how a container ended, as a shell would.
func exit(name string, t *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("exit status %d", t.ExitCode)
	switch {
	case t.Reason == "OOMKilled":
		text = "out of memory"
	case t.Signal != 0:
		text = fmt.Sprintf("signal %d", t.Signal)
	case t.Reason == "StartError", t.Reason == "ContainerCannotRun":
		text = join(t.Reason, t.Message)
	}
	if name != manifest.AppContainer {
		return name + ": " + text
	}
	return text
}

func join(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}
