package kubernetes

import (
	"slices"
	"testing"

	"version-manager/internal/kube"
)

func TestMinor(t *testing.T) {
	for text, want := range map[string]int{"v1.34.4": 34, "v1.29.1+k3s2": 29, "v1.30+": 30, "v2.0.0": -1, "v0.0.0-master": -1, "": -1} {
		got, ok := minorOf(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("minorOf(%q) = %d, want %d", text, got, want)
		}
	}
}

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
