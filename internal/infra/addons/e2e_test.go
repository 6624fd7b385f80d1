//go:build e2e

package addons

import (
	"testing"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

// TestIngressTwice installs the ingress in the cluster of $KUBECONFIG, in which
// Traefik must be ours or missing. The second time, nothing is left to do.
func TestIngressTwice(t *testing.T) {
	c, err := kube.OpenClient(kube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := InstallIngress(t.Context(), c, Options{Progress: progress.NewReporter(func(e progress.Event) { t.Log(e.Detail) }, time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("did %q, warnings %q", first.Did, first.Warnings)
	again, err := InstallIngress(t.Context(), c, Options{})
	if err != nil || len(again.Did) != 0 || len(again.Warnings) != 0 {
		t.Errorf("the second time: %+v, %v", again, err)
	}
}
