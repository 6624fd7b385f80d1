package kubernetes

import (
	"slices"
	"testing"

	"version-manager/internal/kube"
)

func TestPermissions(t *testing.T) {
	need := permissions("shop")
	for _, want := range []kube.Permission{
		{Verb: "create", Resource: "pods/portforward", Scope: "shop"},
		{Verb: "patch", Group: "gateway.networking.k8s.io", Resource: "httproutes", Scope: "shop"},
	} {
		if !slices.Contains(need, want) {
			t.Errorf("%s is not asked for", permissionText(want))
		}
	}
	if got := permissionText(kube.Permission{Verb: "delete", Group: "apps", Resource: "deployments"}); got != "delete deployments.apps" {
		t.Errorf("permission is shown as %q", got)
	}
}
