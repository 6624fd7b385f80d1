package preflight

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/routes"
)

func TestPermissions(t *testing.T) {
	need := neededPermissions("shop")
	for _, want := range []kube.Permission{
		{Verb: "create", Resource: "pods/portforward", Scope: "shop"},
		{Verb: "patch", Group: "gateway.networking.k8s.io", Resource: "httproutes", Scope: "shop"},
	} {
		if !slices.Contains(need, want) {
			t.Errorf("%+v is not asked for", want)
		}
	}
}

func newChecker(w *clustertest.World) *Checker {
	app := w.OpenApp()
	return NewChecker(app, "test", gateway.NewReader(app), routes.NewNeighbors(app))
}

// forbidding is a cluster in which the user may not do some things.
type forbidding struct {
	kube.Cluster
	what func(kube.Permission) bool
}

func (c forbidding) MissingPermissions(_ context.Context, need []kube.Permission) (missing []kube.Permission, err error) {
	for _, p := range need {
		if c.what(p) {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

func TestMissingPermissions(t *testing.T) {
	for name, tt := range map[string]struct {
		what  func(kube.Permission) bool
		lines []string
	}{
		"deletes": {func(p kube.Permission) bool {
			return p.Verb == "*" || p.Group == "apps" && p.Verb != "get" || p.Resource == "pods" && p.Verb == "delete"
		}, []string{"deployments.apps: list, watch, create, update, patch, delete", "pods: delete"}},
		"nothing but all at once": {func(p kube.Permission) bool { return p.Verb == "*" }, nil},
		"nothing":                 {func(kube.Permission) bool { return false }, nil},
	} {
		checker := newChecker(clustertest.NewWorld(t))
		checker.app.Kube = forbidding{checker.app.Kube, tt.what}
		err := checker.checkPermissions(t.Context())
		p, _ := errors.AsType[*problem.Problem](err)
		switch {
		case tt.lines == nil && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.lines != nil && (p == nil || !slices.Equal(p.Lines, tt.lines) || !strings.HasPrefix(p.Hint, "sed s/shop/shop/g manifests/rbac/deployer.yaml | kubectl ")):
			t.Errorf("%s: %+v, want %q", name, p, tt.lines)
		}
	}
}

// TestAllMissingPermissionsAreShown: of the evidence for an error a person is
// shown the last twenty lines.
func TestAllMissingPermissionsAreShown(t *testing.T) {
	if lines := groupByResource(neededPermissions("shop")); len(lines) > 20 {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
}

// TestGrantCommand: what an administrator is told to paste makes the roles those of
// another namespace and of nobody else.
func TestGrantCommand(t *testing.T) {
	words := strings.Fields(grantCommand("books"))
	text, err := exec.CommandContext(t.Context(), words[0], words[1], "../../../../"+words[2]).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nkind: Namespace\nmetadata:\n  name: books\n", "\n  namespace: books\n", " name: books-deployers}\n"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if bytes.Contains(text, []byte("shop")) {
		t.Error("it says something of another namespace")
	}
}

func TestNoNodeIsReady(t *testing.T) {
	w := clustertest.NewWorld(t)
	checker := newChecker(w)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "server"}, "status": {
		"conditions": [{"type": "Ready", "status": "False", "message": "the runtime is down"}]}}`)
	p, ok := errors.AsType[*problem.Problem](checker.checkNodes(t.Context()))
	if !ok || !strings.HasSuffix(p.Hint, " --context test get nodes") || !slices.Equal(p.Lines, []string{"server: the runtime is down"}) {
		t.Errorf("checkNodes = %+v", p)
	}
}

// TestRolesGrantWhatIsAskedFor: the role that is shipped and the questions
// before a deploy are about the same.
func TestRolesGrantWhatIsAskedFor(t *testing.T) {
	text, err := os.ReadFile("../../../../manifests/rbac/deployer.yaml")
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
	for _, p := range neededPermissions("shop") {
		if !granted[p] {
			t.Errorf("%+v is asked for and not granted", p)
		}
		delete(granted, p)
	}
	for p := range granted {
		t.Errorf("%+v is granted and not needed", p)
	}
}
