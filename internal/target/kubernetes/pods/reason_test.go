package pods

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func waiting(name, reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}
}

func died(s corev1.ContainerStatus, t corev1.ContainerStateTerminated) corev1.ContainerStatus {
	s.LastTerminationState.Terminated = &t
	s.RestartCount = 2
	return s
}

func TestNotReadyReason(t *testing.T) {
	running := corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	for name, tt := range map[string]struct {
		status corev1.PodStatus
		want   string
	}{
		"no node": {corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse,
			Reason: "Unschedulable", Message: "0/3 nodes are available"}}}, "cannot be scheduled: 0/3 nodes are available"},
		"no image":   {statuses(waiting("app", "ImagePullBackOff", "not found")), "ImagePullBackOff: not found"},
		"starts":     {statuses(waiting("app", "ContainerCreating", "")), "is starting"},
		"crashed":    {statuses(died(waiting("app", "CrashLoopBackOff", "back-off 10s"), corev1.ContainerStateTerminated{ExitCode: 2})), "exit status 2"},
		"runs again": {statuses(died(running, corev1.ContainerStateTerminated{ExitCode: 3})), "exit status 3"},
		"memory":     {statuses(died(waiting("app", "CrashLoopBackOff", ""), corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"})), "out of memory"},
		"other processor": {statuses(died(waiting("app", "CrashLoopBackOff", ""), corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError",
			Message: "exec /app: exec format error"})), "StartError: exec /app: exec format error"},
		"sidecar": {corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{
			died(waiting("sidecar", "CrashLoopBackOff", ""), corev1.ContainerStateTerminated{ExitCode: 1})}}, "sidecar: exit status 1"},
		"runs, and says nothing": {statuses(running), "is not ready"},
	} {
		p := &corev1.Pod{Status: tt.status}
		if got := NewHealthChecker(nil, "").NotReadyReason(p); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func statuses(list ...corev1.ContainerStatus) corev1.PodStatus {
	return corev1.PodStatus{ContainerStatuses: list}
}
