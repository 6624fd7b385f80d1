package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "version-manager/"

// A rule forbids an import. Names are folders: "deploy" means internal/deploy
// and everything below it, "cmd/x" and "test" are at the root of the module, and
// a name with a dot is a module of somebody else. "*" means every package.
type rule struct {
	packages  string // separated by spaces
	except    string // of these packages: the ones that may
	forbidden string // separated by spaces
	reason    string
}

// rules is the list of all forbidden imports. Imports point down: from cmd to
// the command line, to its command groups, to the engine, targets and
// infrastructure, and from there to what knows nothing about the product.
func rules() []rule {
	const cluster = "kube manifest traefik target/kubernetes infra/addons manifests test"
	return append(groupRules(), []rule{
		// The top.
		{"*", "cli cmd/version-manager test", "cli", "the command line is the top: what another package needs of it belongs further down"},
		{"*", "ui cli test", "ui", "only the command line talks to people"},
		{"ui", "", "deploy target agent release config journal kube infra probe report", "the terminal shows what it is given and knows no domain"},

		// The engine.
		{"deploy", "", "target agent kube infra manifest images proxy sidecar", "the engine knows targets only by its own interfaces"},
		{"deploy", "", "ui cli", "the engine prints nothing: it reports through progress"},
		{"deploy/judge deploy/healthcheck deploy/killpoint", "", "journal release target progress report", "they are pure parts of the engine: they know no deploy"},
		{"report", "", "deploy journal release target kube", "a report is data: what shows it needs no engine"},
		{"probe", "", "report deploy journal release config", "the probe only measures"},

		// Targets.
		{"target/local", "", "target/kubernetes kube manifest images traefik", "one target does not know another"},
		{"target/kubernetes", "", "target/local agent proxy", "one target does not know another"},
		{"agent", "", "target kube manifest images infra", "the agent serves a target and knows no cluster"},
		{"kube", "", "deploy release config manifest target", "kube transfers objects and does not know what for"},
		{"manifest", "", "deploy target", "manifests are made from a release and do not depend on what deploys it"},
		{"proxy", "", "agent sidecar deploy kube release config", "the proxy carries requests and does not know who runs it"},
		{"sidecar", "", "kube deploy release", "a sidecar runs in every pod: it stays small and needs no cluster"},

		// Where apps run, and what is still to come. None of them knows the apps.
		{"infra lake stream monitor", "", "deploy target agent release", "infrastructure does not know the apps that run on it"},
		{"infra", "", "lake stream monitor console", "platforms do not know each other: what two need belongs in kube or kit"},
		{"lake", "", "infra stream monitor console", "platforms do not know each other: what two need belongs in kube or kit"},
		{"stream", "", "infra lake monitor console", "platforms do not know each other: what two need belongs in kube or kit"},
		{"monitor", "", "infra lake stream console", "platforms do not know each other: what two need belongs in kube or kit"},
		{"console", "", "target infra lake stream agent", "the console only shows: it reads monitor, journal, and report"},

		// The web app is a program of its own.
		{"caloguessr cmd/caloguessr", "", "deploy release agent target journal kube manifest images infra progress probe report ui cli",
			"the public web app does not know the control plane, and its image stays small"},
		{"*", "caloguessr cmd/caloguessr", "google.golang.org/genai", "the control plane must build and start without the client of the model"},

		// Dependencies that are large.
		{"*", "release agent images infra/onemachine/programs test", "github.com/google/go-containerregistry", "everybody else names an image by its digest"},
		{"*", "kube", "k8s.io/client-go", "kube is the only package that talks to an API server"},
		{"*", cluster, "k8s.io", "the types of Kubernetes stay with the packages that know clusters"},

		// The bottom.
		{"progress clusterstatus", "", "journal deploy release config target kube infra agent proxy probe report ui cli wire", "it is a contract of plain data, which every command can use"},
		{"wire color journal kit", "", "*", "it is at the bottom: everybody may import it, so it imports nothing of ours but kit"},
	}...)
}

// commandGroups are the packages that have commands. One line for each new one.
func commandGroups() []string {
	return []string{"aboutcmd", "agentcmd", "appcmd", "clustercmd", "installcmd", "objectcmd", "releasecmd", "sidecarcmd", "statecmd"}
}

func groupRules() (list []rule) {
	for _, group := range commandGroups() {
		var others []string
		for _, other := range commandGroups() {
			if other != group {
				others = append(others, "cli/"+other)
			}
		}
		list = append(list, rule{"cli/" + group, "", strings.Join(others, " "), "command groups do not know each other: what two need belongs in cli/command, cli/project, or cli/targets"})
	}
	return append(list, rule{"cli/command cli/project cli/targets cli/answer", "", "cli/" + strings.Join(commandGroups(), " cli/"), "what all command groups share does not know any of them"})
}

// forbids reports whether the rule forbids a package to import another one. A
// package may import its own tree, unless the rule names a folder of it, and
// "*" does not mean kit, which knows nothing about the product.
func (r rule) forbids(importer, imported string) bool {
	if !coversAny(r.packages, importer) || coversAny(r.except, importer) {
		return false
	}
	return slices.ContainsFunc(strings.Fields(r.forbidden), func(name string) bool {
		switch {
		case !covers(name, imported), name == "*" && covers("kit", imported):
			return false
		}
		return strings.Contains(name, "/") || !sameTree(importer, imported)
	})
}

func TestImports(t *testing.T) {
	packages := listImports(t)
	if len(packages) < 100 {
		t.Fatalf("only %d packages were found", len(packages))
	}
	for _, r := range rules() {
		for importer, imports := range packages {
			for _, imported := range imports {
				if r.forbids(importer, imported) {
					t.Errorf("%s must not import %s: %s", strings.TrimPrefix(importer, module), strings.TrimPrefix(imported, module), r.reason)
				}
			}
		}
	}
}

// TestRulesCatch: each direction that must never appear is caught by some rule.
func TestRulesCatch(t *testing.T) {
	for _, tt := range []struct {
		importer, imported string
		want               bool
	}{
		{"internal/kit/wait", "internal/color", true},
		{"internal/kit/wait", "internal/kit/problem", false},
		{"internal/wire", "internal/color", true},
		{"internal/journal", "internal/kit/atomicfile", false},
		{"internal/deploy", "internal/target/local", true},
		{"internal/deploy", "internal/ui", true},
		{"internal/deploy", "internal/deploy/judge", false},
		{"internal/deploy/judge", "internal/journal", true},
		{"internal/deploy", "internal/kit/wait", false},
		{"internal/target/local", "internal/cli/command", true},
		{"internal/target/local", "internal/target/kubernetes/routes", true},
		{"internal/infra/onemachine", "internal/deploy", true},
		{"internal/infra/onemachine", "internal/progress", false},
		{"internal/lake/spark", "internal/stream", true},
		{"internal/monitor", "internal/deploy", true},
		{"internal/cli/appcmd", "internal/cli/statecmd", true},
		{"internal/cli/command", "internal/cli/appcmd", true},
		{"internal/cli/appcmd", "internal/cli/command", false},
		{"internal/cli", "internal/cli/appcmd", false},
		{"internal/progress", "internal/deploy", true},
		{"internal/probe", "internal/report", true},
		{"internal/release", "k8s.io/api/core/v1", true},
		{"internal/manifest", "k8s.io/api/core/v1", false},
		{"internal/manifest", "k8s.io/client-go/rest", true},
		{"cmd/caloguessr", "internal/deploy", true},
		{"cmd/version-manager", "internal/cli", false},
	} {
		caught := slices.ContainsFunc(rules(), func(r rule) bool { return r.forbids(qualify(tt.importer), qualify(tt.imported)) })
		if caught != tt.want {
			t.Errorf("%s imports %s: forbidden %t, want %t", tt.importer, tt.imported, caught, tt.want)
		}
	}
}

// TestRulesAreComplete: every command group is in the list, and every rule says
// what it forbids and why.
func TestRulesAreComplete(t *testing.T) {
	for p := range listImports(t) {
		name, isGroup := strings.CutPrefix(p, module+"internal/cli/")
		if isGroup && strings.HasSuffix(name, "cmd") && !slices.Contains(commandGroups(), name) {
			t.Errorf("the command group %s is not in commandGroups", name)
		}
	}
	for _, r := range rules() {
		if r.packages == "" || r.forbidden == "" || len(r.reason) < 20 {
			t.Errorf("incomplete rule: %+v", r)
		}
	}
}

func TestCovers(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		want       bool
	}{
		{"ui", "version-manager/internal/ui", true},
		{"ui", "version-manager/internal/ui/deep", true},
		{"ui", "version-manager/internal/uifoo", false},
		{"cmd/caloguessr", "version-manager/cmd/caloguessr", true},
		{"*", "version-manager/cmd/caloguessr", true},
		{"*", "golang.org/x/mod", false},
		{"k8s.io", "k8s.io/api/core/v1", true},
		{"k8s.io", "sigs.k8s.io/yaml", false},
	} {
		if got := covers(tt.name, tt.path); got != tt.want {
			t.Errorf("covers(%q, %q) = %t", tt.name, tt.path, got)
		}
	}
}

// qualify turns a folder of this module into an import path.
func qualify(path string) string {
	if strings.HasPrefix(path, "internal/") || strings.HasPrefix(path, "cmd/") {
		return module + path
	}
	return path
}

// covers reports whether a name of a rule means the package at path.
func covers(name, path string) bool {
	if name == "*" {
		return strings.HasPrefix(path, module)
	}
	root := module + "internal/" + name
	switch top, _, _ := strings.Cut(name, "/"); {
	case strings.Contains(top, "."):
		root = name
	case top == "cmd" || top == "test" || top == "manifests":
		root = module + name
	}
	return path == root || strings.HasPrefix(path, root+"/")
}

func coversAny(names, path string) bool {
	return slices.ContainsFunc(strings.Fields(names), func(name string) bool { return covers(name, path) })
}

// sameTree reports whether two packages lie in the same folder below internal.
func sameTree(a, b string) bool {
	top := func(path string) string {
		rest, ok := strings.CutPrefix(path, module+"internal/")
		if !ok {
			return path
		}
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return top(a) == top(b)
}

// listImports returns what each package of the module imports itself. Cycles
// are impossible: the compiler refuses them.
func listImports(t *testing.T) map[string][]string {
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
