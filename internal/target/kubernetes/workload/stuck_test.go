package workload

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestIsFatalExit(t *testing.T) {
	end := corev1.ContainerStateTerminated{ExitCode: 1}
	ended := func(name string, restarts int32) corev1.ContainerStatus {
		return corev1.ContainerStatus{
			Name: name, RestartCount: restarts,
			State:                corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
			LastTerminationState: corev1.ContainerState{Terminated: &end},
		}
	}
	runsAgain := ended("sidecar", 2)
	runsAgain.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	app := corev1.ContainerStatus{Name: "app", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	for name, tt := range map[string]struct {
		container corev1.ContainerStatus
		others    []corev1.ContainerStatus
		want      bool
	}{
		"the sidecar ended twice":             {ended("sidecar", 1), nil, true},
		"it ended once":                       {ended("sidecar", 0), nil, false},
		"it runs again":                       {runsAgain, nil, false},
		"it ended twice, after the app began": {ended("sidecar", 1), []corev1.ContainerStatus{app}, false},
		"the app ended twice":                 {ended("app", 1), nil, false},
	} {
		p := &corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: append(tt.others, tt.container)}}
		if got := isFatalExit(p, tt.container, &end); got != tt.want {
			t.Errorf("%s: fatal %t, want %t", name, got, tt.want)
		}
	}
	if !isFatalExit(&corev1.Pod{}, ended("app", 0), &corev1.ContainerStateTerminated{Reason: "StartError"}) {
		t.Error("an app that cannot be started is worth waiting for")
	}
}

func TestExplainReason(t *testing.T) {
	for reason, want := range map[string]string{
		"ErrImagePull: unexpected status: 401 Unauthorized":                                 "the registry denies the nodes access to the image; kubernetes.pullSecret in version-manager.yaml names a Secret with credentials: ",
		"FailedCreate: pods \"x\" is forbidden: exceeded quota: few":                        "the quota of the namespace is exhausted: ",
		"FailedCreate: pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"": "the namespace does not allow such pods: ",
		"StartError: exec /app: exec format error":                                          "the image is for another processor architecture: ",
		"0/3 nodes are available: 3 Insufficient memory":                                    "no node has room for it: ",
		"ErrImageNeverPull: Container image is not present with pull policy of Never":       "",
	} {
		if got, _ := explainReason(reason); got != want {
			t.Errorf("explainReason(%q) = %q, want %q", reason, got, want)
		}
	}
}
