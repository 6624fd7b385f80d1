package kubernetes

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/problem"
)

const (
	startLimit = 10 * time.Minute        // pulling a large image takes its time
	roomLimit  = 1500 * time.Millisecond // for a node to have room
)

// waiter waits for the instances of a color to be started.
type waiter struct {
	*session
	color  color.Color
	noRoom time.Time       // since when a pod has not found a node; zero: all have
	loaded map[string]bool // nodes that were given an image again
}

// awaitStarted returns when a color has n instances and all were started, or
// when it is known why that will never be. Whether they live is not its
// question: the gate judges that.
func (s *session) awaitStarted(ctx context.Context, c color.Color, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("not started within %s", startLimit))
	defer cancel()
	w := &waiter{session: s, color: c, loaded: map[string]bool{}}
	for {
		colors, err := s.look(ctx)
		if err != nil {
			return err
		}
		done, err := w.judge(ctx, colors[c], n)
		if done || err != nil {
			return err
		}
		select {
		case <-time.After(applyPoll):
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", c, context.Cause(ctx))
		}
	}
}

func (w *waiter) judge(ctx context.Context, s seen, n int) (done bool, err error) {
	if s.deployment == nil {
		return false, nil
	}
	if err := refusedPods(s.deployment); err != nil {
		return false, w.explain(ctx, s.deployment.Name, err.Error())
	}
	pods := running(s.pods)
	if want(s.deployment) != n {
		n = want(s.deployment) // the autoscaler was faster
	}
	done = len(pods) == n
	for _, p := range pods {
		if err := w.stuck(ctx, p); err != nil {
			return false, err
		}
		done = done && started(p)
	}
	if !slices.ContainsFunc(pods, unscheduled) {
		w.noRoom = time.Time{}
	}
	return done, nil
}

// refusedPods says why the cluster does not even make the pods.
func refusedPods(d *appsv1.Deployment) error {
	if d.Status.ObservedGeneration < d.Generation {
		return nil
	}
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			return fmt.Errorf("%s", join(c.Reason, c.Message))
		}
	}
	return nil
}

// stuck says why a pod will never be started.
func (w *waiter) stuck(ctx context.Context, p *corev1.Pod) error {
	if unscheduled(p) {
		return w.homeless(ctx, p)
	}
	for _, c := range containers(p) {
		waiting := c.State.Waiting
		if waiting != nil && waiting.Reason == "ErrImageNeverPull" && !w.loaded[p.Spec.NodeName] {
			w.loaded[p.Spec.NodeName] = true
			return w.loadAgain(ctx, p, c.Image)
		}
		if waiting != nil && hopeless(waiting.Reason) {
			return w.explain(ctx, p.Name, join(waiting.Reason, waiting.Message))
		}
		if died := cmp.Or(c.State.Terminated, c.LastTerminationState.Terminated); died != nil && fatal(p, c, died) {
			return w.explain(ctx, p.Name, exit(c.Name, died), w.lastWords(ctx, p.Name, c)...)
		}
	}
	return nil
}

// fatal reports whether the end of a container says that its pod will not
// come up: it could not be started at all, or it is the sidecar, without which
// the app is not started either, and did not live for the second time. How
// often an app may die is for the gate to say.
func fatal(p *corev1.Pod, c corev1.ContainerStatus, died *corev1.ContainerStateTerminated) bool {
	twice := c.RestartCount > 0 && c.State.Running == nil
	return died.Reason == "StartError" || c.Name != manifest.AppContainer && !started(p) && twice
}

// lastWords are the last lines that a container said before it ended.
func (w *waiter) lastWords(ctx context.Context, pod string, c corev1.ContainerStatus) (lines []string) {
	r, err := w.kube.Logs(ctx, w.ref("Pod", pod), kube.LogQuery{Container: c.Name, Tail: 5, Previous: c.State.Terminated == nil})
	if err != nil {
		return nil // one that never ran said nothing
	}
	defer r.Close()
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		lines = append(lines, c.Name+" | "+scanner.Text())
	}
	return lines
}

// hopeless reports whether a container that waits for that reason waits for
// what only a person can change.
func hopeless(reason string) bool {
	return slices.Contains([]string{
		"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
		"CreateContainerConfigError", "CreateContainerError", "RunContainerError",
	}, reason)
}

func unscheduled(p *corev1.Pod) bool {
	c := condition(p, corev1.PodScheduled)
	return c != nil && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable
}

// homeless gives a pod without a node a moment: one that ends may make room.
// Where the cluster says that it is adding a node, it is worth the wait.
func (w *waiter) homeless(ctx context.Context, p *corev1.Pod) error {
	if w.noRoom.IsZero() {
		w.noRoom = time.Now()
	}
	if time.Since(w.noRoom) < roomLimit {
		return nil
	}
	events, err := w.events(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.InvolvedObject.UID == p.UID && (e.Reason == "TriggeredScaleUp" || e.Reason == "Nominated") {
			return nil
		}
	}
	return w.explain(ctx, p.Name, condition(p, corev1.PodScheduled).Message)
}

// loadAgain brings an image to a node that should have it and has lost it, as
// a node does that was made anew or cleans up.
func (w *waiter) loadAgain(ctx context.Context, p *corev1.Pod, image string) error {
	if err := w.images.Again(ctx, image, p.Spec.NodeName); err != nil {
		return err
	}
	return w.delete(ctx, "Pod", p.Name) // another one need not wait for the kubelet's next try
}

// explain is an error with evidence, and with what the cluster itself
// reported, newest last.
func (w *waiter) explain(ctx context.Context, object, reason string, evidence ...string) error {
	kind := "pod"
	if object == w.colorName(w.color) {
		kind = "deployment"
	}
	hint := fmt.Sprintf("kubectl -n %s describe %s %s", w.namespace, kind, object)
	what, fix := advice(reason)
	if fix != "" {
		hint = fmt.Sprintf("kubectl -n %s %s", w.namespace, fix)
	}
	p := problem.New(problem.Failed, hint, "start %s: %s", w.color, strings.TrimSpace(what+reason)).With(evidence...)
	events, err := w.events(ctx)
	if err != nil {
		return p
	}
	for _, e := range lastOf(events, object, 3) {
		p.Lines = append(p.Lines, fmt.Sprintf("%s %s: %s", strings.ToLower(e.InvolvedObject.Kind)+"/"+e.InvolvedObject.Name, e.Reason, e.Message))
	}
	return p
}

// advice says in plain words what a reason means, and what to type after
// kubectl.
func advice(reason string) (what, hint string) {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(reason), w) })
	}
	switch {
	case has("exec format error"):
		return "the image is for another kind of processor: ", ""
	case has("exceeded quota"):
		return "the quota of the namespace is used up: ", "describe resourcequota"
	case has("violates podsecurity"):
		return "the namespace does not admit such pods: ", ""
	case has("insufficient"):
		return "there is no room for it: ", "describe nodes"
	case has("image") && has("unauthorized", "401", "403", "forbidden", "denied", "no basic auth"):
		return "the registry does not give the image to the nodes: ",
			"create secret docker-registry pull --docker-server=… --docker-username=… --docker-password=…, and kubernetes.pullSecret: pull in version-manager.yaml"
	}
	return "", ""
}
