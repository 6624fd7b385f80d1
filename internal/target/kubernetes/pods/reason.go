package pods

import (
	"cmp"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/manifest"
)

// NotReadyReason says why a pod is not ready: what blocks its start, how its
// app ended, or what the app answers to its health check.
func (h *HealthChecker) NotReadyReason(p *corev1.Pod) string {
	if text := blockedReason(p); text != "" {
		return text
	}
	app, ok := FindContainer(p, manifest.AppContainer)
	if !ok {
		return cmp.Or(p.Status.Reason, "is starting")
	}
	ended := cmp.Or(app.State.Terminated, app.LastTerminationState.Terminated)
	if app.State.Running == nil && ended != nil {
		return ExitReason(app.Name, ended)
	}
	if app.State.Running == nil {
		return "is starting"
	}
	failure := h.lastFailure(p)
	if ended != nil && (failure == "" || strings.HasSuffix(failure, "no answer")) {
		return ExitReason(app.Name, ended)
	}
	return cmp.Or(failure, "is not ready")
}

// blockedReason says what keeps the containers of a pod from being started.
func blockedReason(p *corev1.Pod) string {
	if c := FindCondition(p, corev1.PodScheduled); c != nil && c.Status == corev1.ConditionFalse {
		return "cannot be scheduled: " + c.Message
	}
	for _, c := range ContainerStatuses(p) {
		waiting, ended := c.State.Waiting, c.LastTerminationState.Terminated
		switch {
		case waiting == nil, waiting.Reason == "ContainerCreating", waiting.Reason == "PodInitializing":
		case waiting.Reason == "CrashLoopBackOff" && ended != nil && c.Name != manifest.AppContainer:
			return ExitReason(c.Name, ended)
		case waiting.Reason == "CrashLoopBackOff":
		default:
			return JoinReason(waiting.Reason, waiting.Message)
		}
	}
	return ""
}

// ExitReason says how a container ended, as a shell would.
func ExitReason(name string, t *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("exit status %d", t.ExitCode)
	switch {
	case t.Reason == "OOMKilled":
		text = "out of memory"
	case t.Signal != 0:
		text = fmt.Sprintf("signal %d", t.Signal)
	case t.Reason == "StartError", t.Reason == "ContainerCannotRun":
		text = JoinReason(t.Reason, t.Message)
	}
	if name != manifest.AppContainer {
		return name + ": " + text
	}
	return text
}

// JoinReason joins a reason and a message as Kubernetes reports them.
func JoinReason(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}
