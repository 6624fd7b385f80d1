//go:build e2e

package kubernetes

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	"version-manager/internal/kit/problem"
)

// TestListsMissingPermissions: somebody who may do nothing is told what to ask
// for, all at once.
func TestListsMissingPermissions(t *testing.T) {
	o := Options{App: "shop", Namespace: "default", Kubeconfig: impersonating(t, "nobody-in-particular")}
	target, err := New(o)
	must(t, err)
	t.Cleanup(target.Close)
	_, err = target.AcquireLock(t.Context(), "test")
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		t.Fatalf("Lock = %v, want a problem", err)
	}
	for _, want := range []string{"pods/portforward: create", "pods: get, list, watch, delete", "deployments.apps: get, list, watch, create, update, patch, delete"} {
		if !slices.Contains(p.Lines, want) {
			t.Errorf("%q is not among what is missing: %q", want, p.Lines)
		}
	}
	t.Logf("%v\n→ %s", p, p.Hint)
}

// impersonating is the kubeconfig of an administrator who acts as somebody
// else.
func impersonating(t *testing.T, user string) string {
	t.Helper()
	b, err := os.ReadFile(os.Getenv("KUBECONFIG"))
	must(t, err)
	var file map[string]any
	must(t, yaml.Unmarshal(b, &file))
	for _, u := range file["users"].([]any) {
		u.(map[string]any)["user"].(map[string]any)["as"] = user
	}
	b, err = yaml.Marshal(file)
	must(t, err)
	path := filepath.Join(t.TempDir(), "kubeconfig")
	must(t, os.WriteFile(path, b, 0o600))
	return path
}
