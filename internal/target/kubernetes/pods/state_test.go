package pods

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func pod(name string, created int64, change func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{}
	p.Name, p.CreationTimestamp = name, metav1.NewTime(time.Unix(created, 0))
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse}, {Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	if change != nil {
		change(p)
	}
	return p
}

func deleted(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{} }

func TestIsReady(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*corev1.Pod)
		want   bool
	}{
		"ready":          {nil, true},
		"not ready":      {func(p *corev1.Pod) { p.Status.Conditions[1].Status = corev1.ConditionFalse }, false},
		"unknown":        {func(p *corev1.Pod) { p.Status.Conditions[1].Status = corev1.ConditionUnknown }, false},
		"not told":       {func(p *corev1.Pod) { p.Status.Conditions = nil }, false},
		"is terminating": {deleted, false},
	} {
		p := pod("a", 1, tt.change)
		if IsReady(p) != tt.want || CountReady([]*corev1.Pod{p, pod("b", 1, nil)}) != map[bool]int{true: 2, false: 1}[tt.want] {
			t.Errorf("%s: ready %t", name, IsReady(p))
		}
	}
}

func TestListRunning(t *testing.T) {
	phase := func(phase corev1.PodPhase) func(*corev1.Pod) { return func(p *corev1.Pod) { p.Status.Phase = phase } }
	list := []*corev1.Pod{
		pod("young", 9, nil), pod("b", 5, nil), pod("a", 5, phase(corev1.PodRunning)), pod("old", 1, phase(corev1.PodPending)),
		pod("evicted", 1, phase(corev1.PodFailed)), pod("done", 1, phase(corev1.PodSucceeded)), pod("leaving", 1, deleted),
	}
	var names []string
	for _, p := range ListRunning(list) {
		names = append(names, p.Name)
	}
	if got := len(names); got != 4 || names[0] != "old" || names[1] != "a" || names[2] != "b" || names[3] != "young" {
		t.Errorf("running: %v", names)
	}
	if list[0].Name != "young" || len(list) != 7 {
		t.Error("the list was changed")
	}
}

func TestLongestGrace(t *testing.T) {
	grace := func(s int64) *corev1.Pod {
		return pod("a", 1, func(p *corev1.Pod) { p.Spec.TerminationGracePeriodSeconds = &s })
	}
	if got := LongestGrace([]*corev1.Pod{grace(3), grace(30), grace(5), pod("b", 1, nil)}); got != 30*time.Second {
		t.Errorf("longest %v", got)
	}
	if got := LongestGrace(nil); got != 0 {
		t.Errorf("of none %v", got)
	}
}

func TestContainers(t *testing.T) {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
	p := pod("a", 1, nil)
	if AppStarted(p) || SidecarRuns(p) {
		t.Error("started without containers")
	}
	for name, tt := range map[string]struct {
		app, last, sidecar corev1.ContainerState
		started, runs      bool
	}{
		"waiting":       {started: false},
		"running":       {app: running, sidecar: running, started: true, runs: true},
		"ended":         {app: ended, sidecar: ended, started: true},
		"crash looping": {last: ended, started: true},
	} {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", State: tt.app, LastTerminationState: tt.last, RestartCount: 2}}
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "sidecar", State: tt.sidecar, RestartCount: 3}}
		if AppStarted(p) != tt.started || SidecarRuns(p) != tt.runs || CountRestarts(p) != 5 {
			t.Errorf("%s: started %t, sidecar runs %t, %d restarts", name, AppStarted(p), SidecarRuns(p), CountRestarts(p))
		}
	}
}
