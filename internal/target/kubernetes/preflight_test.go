package kubernetes

import (
	"bytes"
	"os"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

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

// TestRolesGrantWhatIsAskedFor: the role that is shipped and the questions
// before a deploy are about the same.
func TestRolesGrantWhatIsAskedFor(t *testing.T) {
	text, err := os.ReadFile("../../../deploy/rbac/deployer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	granted := map[kube.Permission]bool{}
	for doc := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var role rbacv1.Role
		if err := yaml.Unmarshal(doc, &role); err != nil {
			t.Fatal(err)
		}
		if role.Kind != "Role" || role.Namespace != "shop" {
			continue
		}
		for _, r := range role.Rules {
			for _, resource := range r.Resources {
				for _, verb := range r.Verbs {
					granted[kube.Permission{Verb: verb, Group: r.APIGroups[0], Resource: resource, Scope: "shop"}] = true
				}
			}
		}
	}
	for _, p := range permissions("shop") {
		if !granted[p] {
			t.Errorf("%s is asked for and not granted", permissionText(p))
		}
		delete(granted, p)
	}
	for p := range granted {
		t.Errorf("%s is granted and not needed", permissionText(p))
	}
}
