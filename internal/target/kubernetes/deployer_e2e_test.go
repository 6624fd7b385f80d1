//go:build e2e

package kubernetes

import (
	"context"
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// TestDeployerMayDeploy: the roles that are shipped are enough for everything
// from the first lock to the removal, also to ask the proxies one by one.
func TestDeployerMayDeploy(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	o := c.options(t)
	o.Kubeconfig = impersonating(t, "deployer-of-"+o.Namespace)
	grant(t, o.Namespace)
	target := c.target(t, o)

	g, err := target.gateway.ReadState(t.Context(), 0)
	must(t, err)
	if len(g.Proxies) == 0 || g.Controller == "" {
		t.Errorf("the deployer sees %d proxies of %q", len(g.Proxies), g.Controller)
	}
	s, err := target.AcquireLock(t.Context(), "test")
	must(t, err)
	id, err := s.JournalWriter().BeginDeploy(t.Context())
	must(t, err)
	_, err = s.BackUpState(t.Context(), id)
	must(t, err)
	for _, x := range []color.Color{color.Blue, color.Green} {
		r := c.release("v1.0.0", nil)
		must(t, s.ApplySpec(t.Context(), x, deploy.Spec{Release: r, Replicas: 1, Secrets: map[string]string{"KEY": "value"}}))
		turn(t, target, s, x)
		must(t, s.ConfirmRoute(t.Context(), x))
	}
	must(t, s.RetireColor(t.Context(), color.Blue))
	must(t, s.RemoveApp(t.Context()))
	must(t, s.ReleaseLock(t.Context()))
}

// grant applies the shipped roles for one namespace and its deployer.
func grant(t *testing.T, namespace string) {
	t.Helper()
	k, err := kube.OpenClient(kube.Options{})
	must(t, err)
	text, err := os.ReadFile("../../../manifests/rbac/deployer.yaml")
	must(t, err)
	words := strings.NewReplacer("namespace: shop\n", "namespace: "+namespace+"\n", "  name: shop\n", "  name: "+namespace+"\n",
		"kind: Group, name: shop-deployers", "kind: User, name: deployer-of-"+namespace)
	for doc := range strings.SplitSeq(words.Replace(string(text)), "\n---\n") {
		o := new(kube.Object)
		must(t, yaml.Unmarshal([]byte(doc), &o.Object))
		_, err := k.ApplyObject(t.Context(), o)
		must(t, err)
		if o.GetNamespace() != namespace && o.GetKind() != "Namespace" {
			t.Cleanup(func() { must(t, k.DeleteObject(context.Background(), objects.RefOf(o))) })
		}
	}
}
