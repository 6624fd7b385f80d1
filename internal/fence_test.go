package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "version-manager/"

// A fence says what must not be imported, by whom, and why. A pattern that
// ends in "/..." also covers what lies below.
type fence struct {
	who    string
	except []string // these of them may
	not    string
	why    string
}

// helpers know nothing of this product and may be imported from anywhere.
func helpers() []string { return []string{module + "internal/kit/..."} }

func fences() []fence {
	all := module + "..."
	in := func(name string) string { return module + "internal/" + name + "/..." }
	list := []fence{
		{all, []string{in("cli"), module + "cmd/version-manager", module + "test/..."}, in("cli"), "cli is the top: whatever another package needs of it belongs further down"},
		{all, []string{in("ui"), in("cli"), module + "test/..."}, in("ui"), "only the command line talks to people"},
		{all, []string{in("caloguessr"), module + "cmd/caloguessr"}, "google.golang.org/genai/...", "the control plane must build and start without the model's client"},
		{all, []string{in("release"), in("agent"), in("images"), module + "internal/infra/onemachine/programs/...", module + "test/..."}, "github.com/google/go-containerregistry/...", "everybody else names an image by its digest"},
		{all, []string{in("kube")}, "k8s.io/client-go/...", "kube is the one place that knows how to talk to an API server"},
		{all, []string{in("kube"), in("manifest"), in("traefik"), module + "internal/target/kubernetes/...", module + "internal/infra/addons/...", module + "manifests/...", module + "test/..."}, "k8s.io/...", "what Kubernetes is made of concerns its target alone"},
		{in("infra"), nil, in("deploy"), "a cluster knows nothing of the apps on it"},
		{in("infra"), nil, in("target"), "a cluster knows nothing of the apps on it"},
		{in("kube"), nil, in("deploy"), "kube carries objects and does not know what for"},
		{in("manifest"), nil, in("deploy"), "manifests are made from a release, whoever deploys it"},
		{in("sidecar"), nil, in("kube"), "a sidecar stands in every pod: it stays small and needs no cluster"},
	}
	for _, plane := range []string{"deploy", "release", "agent", "target", "journal", "kube", "manifest", "images", "infra"} {
		list = append(list, fence{in("caloguessr"), nil, in(plane), "the public web app knows nothing of the control plane, and its image stays small"})
		list = append(list, fence{module + "cmd/caloguessr", nil, in(plane), "the public web app knows nothing of the control plane, and its image stays small"})
	}
	for _, above := range []string{"target", "agent", "ui", "cli", "kube", "infra"} {
		list = append(list, fence{in("deploy"), nil, in(above), "the engine knows targets by its own interfaces and prints nothing"})
	}
	for _, leaf := range []string{"journal", "color", "kit"} {
		list = append(list, fence{in(leaf), nil, all, "it is at the bottom: everybody may import it, so it imports nothing of ours"})
	}
	return list
}

// TestFences checks what the packages import themselves; where everything
// below is fenced too, nothing comes in through the back door either.
func TestFences(t *testing.T) {
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for _, f := range fences() {
		for who, imports := range packages {
			if !match(f.who, who) || matchAny(f.except, who) {
				continue
			}
			for _, what := range imports {
				if match(f.not, what) && !sameTree(who, what) && !matchAny(helpers(), what) {
					t.Errorf("%s imports %s: %s", who, what, f.why)
				}
			}
		}
	}
}

func TestFencesCatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"version-manager/internal/ui/...", "version-manager/internal/ui", true},
		{"version-manager/internal/ui/...", "version-manager/internal/ui/deep", true},
		{"version-manager/internal/ui/...", "version-manager/internal/uifoo", false},
		{"version-manager/cmd/caloguessr", "version-manager/cmd/caloguessr", true},
		{"version-manager/...", "golang.org/x/mod", false},
	} {
		if got := match(tt.pattern, tt.path); got != tt.want {
			t.Errorf("match(%q, %q) = %t", tt.pattern, tt.path, got)
		}
	}
}

// list returns the imports of every package of the module.
func list(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", module+"...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p.Imports
	}
}

func match(pattern, path string) bool {
	base, tree := strings.CutSuffix(pattern, "/...")
	return path == base || tree && strings.HasPrefix(path, base+"/")
}

func matchAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if match(p, path) {
			return true
		}
	}
	return false
}

// sameTree: a package may import what lies in its own folder under internal.
func sameTree(who, what string) bool {
	top := func(path string) string {
		rest, ok := strings.CutPrefix(path, module+"internal/")
		if !ok {
			return path
		}
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return top(who) == top(what)
}
