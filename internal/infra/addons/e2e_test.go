//go:build e2e

package addons

import (
	"testing"

	"version-manager/internal/kube"
)

// TestIngressTwice installs the ingress into the cluster of $KUBECONFIG, whose
// Traefik has to be ours or missing, and then finds nothing more to do.
func TestIngressTwice(t *testing.T) {
	c, err := kube.Open(kube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := InstallIngress(t.Context(), c, Options{}, func(step string) { t.Log(step) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("did %q, warnings %q", first.Did, first.Warnings)
	again, err := InstallIngress(t.Context(), c, Options{}, quiet)
	if err != nil || len(again.Did) != 0 || len(again.Warnings) != 0 {
		t.Errorf("second time: %+v, %v", again, err)
	}
}
