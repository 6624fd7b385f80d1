package kubernetes

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/pods"
)

// stuck says why a pod will never be started.
func (w *waiter) stuck(ctx context.Context, p *corev1.Pod) error {
	if unscheduled(p) {
		return w.homeless(ctx, p)
	}
	for _, c := range pods.ContainerStatuses(p) {
		waiting := c.State.Waiting
		if waiting != nil && waiting.Reason == "ErrImageNeverPull" && !w.loaded[p.Spec.NodeName] {
			w.loaded[p.Spec.NodeName] = true
			return w.loadAgain(ctx, p, c.Image)
		}
		if waiting != nil && hopeless(waiting.Reason, waiting.Message) {
			return w.explain(ctx, p.Name, pods.JoinReason(waiting.Reason, waiting.Message))
		}
		if died := cmp.Or(c.State.Terminated, c.LastTerminationState.Terminated); died != nil && fatal(p, c, died) {
			return w.explain(ctx, p.Name, pods.ExitReason(c.Name, died), w.lastWords(ctx, p.Name, c)...)
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
	return died.Reason == "StartError" || c.Name != manifest.AppContainer && !pods.AppStarted(p) && twice
}

// hopeless reports whether a container that waits for that reason waits for
// what only a person can change. A kubelet that has not seen a Secret or
// ConfigMap within a second says the same as of one that is missing, and looks
// again.
func hopeless(reason, message string) bool {
	return !strings.Contains(message, "failed to sync") && slices.Contains([]string{
		"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
		"CreateContainerConfigError", "CreateContainerError", "RunContainerError",
	}, reason)
}

func unscheduled(p *corev1.Pod) bool {
	c := pods.FindCondition(p, corev1.PodScheduled)
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
	events, err := w.app.ListEvents(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.InvolvedObject.UID == p.UID && (e.Reason == "TriggeredScaleUp" || e.Reason == "Nominated") {
			w.noRoom = time.Now() // and look again only then: all events of a namespace are much to read
			return nil
		}
	}
	return w.explain(ctx, p.Name, pods.FindCondition(p, corev1.PodScheduled).Message)
}

// loadAgain brings an image to a node that should have it and has lost it, as
// a node does that was made anew or cleans up.
func (w *waiter) loadAgain(ctx context.Context, p *corev1.Pod, image string) error {
	if err := w.images.Again(ctx, image, p.Spec.NodeName); err != nil {
		return err
	}
	return w.delete(ctx, "Pod", p.Name) // another one need not wait for the kubelet's next try
}
