package workload

import "testing"

// TestIsPermanent: a kubelet says with one reason that a Secret is missing and
// that it has not seen it yet.
func TestIsPermanent(t *testing.T) {
	for _, tt := range []struct {
		reason, message string
		want            bool
	}{
		{"CreateContainerConfigError", `secret "shop-blue" not found`, true},
		{"CreateContainerConfigError", "failed to sync secret cache: timed out waiting for the condition", false},
		{"CreateContainerConfigError", "failed to sync configmap cache: timed out waiting for the condition", false},
		{"ErrImagePull", "not found", true},
		{"ContainerCreating", "", false},
		{"PodInitializing", "", false},
	} {
		if got := isPermanent(tt.reason, tt.message); got != tt.want {
			t.Errorf("%s %q: %t", tt.reason, tt.message, got)
		}
	}
}
