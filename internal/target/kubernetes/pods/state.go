// Package pods reads the state of pods: whether they are ready, why they are
// not, and what the app inside answers to its health check.
//
// It changes nothing and does not know about colors, deploys or traffic.
package pods

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/manifest"
)

// IsReady reports whether a pod gets requests.
func IsReady(p *corev1.Pod) bool {
	c := FindCondition(p, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil
}

// CountReady counts the pods that get requests.
func CountReady(list []*corev1.Pod) (n int) {
	for _, p := range list {
		if IsReady(p) {
			n++
		}
	}
	return n
}

// FindCondition returns a condition of a pod, nil if it has none of that type.
func FindCondition(p *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == t {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// HasEnded reports whether a pod will never run again, such as one that was
// evicted.
func HasEnded(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}

// ListRunning returns the pods that have not ended and are not terminating,
// oldest first.
func ListRunning(list []*corev1.Pod) []*corev1.Pod {
	running := slices.DeleteFunc(slices.Clone(list), func(p *corev1.Pod) bool { return HasEnded(p) || p.DeletionTimestamp != nil })
	slices.SortFunc(running, func(a, b *corev1.Pod) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return running
}

// ContainerStatuses returns the states of all containers of a pod, the app's
// first.
func ContainerStatuses(p *corev1.Pod) []corev1.ContainerStatus {
	list := append([]corev1.ContainerStatus{}, p.Status.ContainerStatuses...)
	return append(list, p.Status.InitContainerStatuses...)
}

// FindContainer returns the state of one container.
func FindContainer(p *corev1.Pod, name string) (corev1.ContainerStatus, bool) {
	for _, c := range ContainerStatuses(p) {
		if c.Name == name {
			return c, true
		}
	}
	return corev1.ContainerStatus{}, false
}

// SidecarRuns reports whether the sidecar of a pod can be asked.
func SidecarRuns(p *corev1.Pod) bool {
	c, ok := FindContainer(p, manifest.SidecarContainer)
	return ok && c.State.Running != nil
}

// AppStarted reports whether the app in a pod was started, whatever became of
// it.
func AppStarted(p *corev1.Pod) bool {
	c, ok := FindContainer(p, manifest.AppContainer)
	return ok && (c.State.Running != nil || c.State.Terminated != nil || c.LastTerminationState.Terminated != nil)
}

// CountRestarts adds up the restarts of all containers of a pod.
func CountRestarts(p *corev1.Pod) int {
	n := 0
	for _, c := range ContainerStatuses(p) {
		n += int(c.RestartCount)
	}
	return n
}

// LongestGrace is the longest time that one of the pods may take to terminate.
func LongestGrace(list []*corev1.Pod) (longest time.Duration) {
	for _, p := range list {
		if s := p.Spec.TerminationGracePeriodSeconds; s != nil {
			longest = max(longest, time.Duration(*s)*time.Second)
		}
	}
	return longest
}
