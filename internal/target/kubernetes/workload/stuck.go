package workload

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

// checkPod says why a pod will never be started.
func (w *startWaiter) checkPod(ctx context.Context, p *corev1.Pod) error {
	if isUnschedulable(p) {
		return w.checkScheduling(ctx, p)
	}
	for _, c := range pods.ContainerStatuses(p) {
		waiting := c.State.Waiting
		if waiting != nil && waiting.Reason == "ErrImageNeverPull" && !w.reloaded[p.Spec.NodeName] {
			w.reloaded[p.Spec.NodeName] = true
			return w.reloadImage(ctx, p, c.Image)
		}
		if waiting != nil && isPermanent(waiting.Reason, waiting.Message) {
			return w.explainFailure(ctx, p.Name, pods.JoinReason(waiting.Reason, waiting.Message))
		}
		if ended := cmp.Or(c.State.Terminated, c.LastTerminationState.Terminated); ended != nil && isFatalExit(p, c, ended) {
			return w.explainFailure(ctx, p.Name, pods.ExitReason(c.Name, ended), w.lastLogLines(ctx, p.Name, c)...)
		}
	}
	return nil
}

// isFatalExit reports whether the end of a container says that its pod will
// not come up: it could not be started at all, or it is the sidecar, which has
// to run before the app is started, and it ended for the second time. How
// often an app may end is for the gate to judge.
func isFatalExit(p *corev1.Pod, c corev1.ContainerStatus, ended *corev1.ContainerStateTerminated) bool {
	twice := c.RestartCount > 0 && c.State.Running == nil
	return ended.Reason == "StartError" || c.Name != manifest.AppContainer && !pods.AppStarted(p) && twice
}

// isPermanent reports whether a container waits for something that only a
// person can change. A kubelet that has not seen a Secret or ConfigMap within
// a second gives the same reason as for a missing one, and looks again.
func isPermanent(reason, message string) bool {
	return !strings.Contains(message, "failed to sync") && slices.Contains([]string{
		"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
		"CreateContainerConfigError", "CreateContainerError", "RunContainerError",
	}, reason)
}

func isUnschedulable(p *corev1.Pod) bool {
	c := pods.FindCondition(p, corev1.PodScheduled)
	return c != nil && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable
}

// checkScheduling gives a pod without a node a moment: a pod that ends may
// make room. If the cluster says that it is adding a node, it waits for that.
func (w *startWaiter) checkScheduling(ctx context.Context, p *corev1.Pod) error {
	if w.unschedulable.IsZero() {
		w.unschedulable = time.Now()
	}
	if time.Since(w.unschedulable) < scheduleTimeout {
		return nil
	}
	events, err := w.app.ListEvents(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.InvolvedObject.UID == p.UID && (e.Reason == "TriggeredScaleUp" || e.Reason == "Nominated") {
			w.unschedulable = time.Now() // list the events again only then: there may be many
			return nil
		}
	}
	return w.explainFailure(ctx, p.Name, pods.FindCondition(p, corev1.PodScheduled).Message)
}

// reloadImage delivers an image to a node that has lost it, because it was
// recreated or deleted unused images.
func (w *startWaiter) reloadImage(ctx context.Context, p *corev1.Pod, image string) error {
	if err := w.images.Delivery.Again(ctx, image, p.Spec.NodeName); err != nil {
		return err
	}
	return w.out.DeleteObject(ctx, "Pod", p.Name) // a new pod need not wait for the kubelet's next try
}
