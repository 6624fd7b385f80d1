package gitrepo

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/filetree"
	"version-manager/internal/release/releasetest"
)

func TestInfraDigest(t *testing.T) {
	dir := t.TempDir()
	releasetest.WriteFiles(t, dir, map[string]string{"infra/a.tf": "a", "infra/b/c.tf": "c", "other": "x"})
	digest := func(inputs ...string) string {
		t.Helper()
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		var nodes []filetree.Node
		if err := filetree.WalkNodes(root, ".", func(n filetree.Node) { nodes = append(nodes, n) }); err != nil {
			t.Fatal(err)
		}
		d, err := (&Tree{Nodes: nodes}).DigestInfra(".", inputs)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const nothing = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945" // of "[]"
	if got := digest(); got != nothing {
		t.Errorf("no inputs: %s", got)
	}
	whole := digest("infra")
	below := &Tree{Nodes: []filetree.Node{{Path: "app/infra", Mode: "100644", Sum: "00"}, {Path: "infra", Mode: "100644", Sum: "11"}, {Path: "app2/infra", Mode: "100644", Sum: "22"}}}
	if d, err := below.DigestInfra("app", []string{"."}); err != nil || d != releasetest.MustString(t)(config.DigestJSON([]filetree.Node{{Path: "infra", Mode: "100644", Sum: "00"}})) {
		t.Errorf("files of other folders count: %v", err)
	}
	if whole != digest("infra/a.tf", "infra/b") || whole != digest("infra/", "infra/a.tf") {
		t.Error("the same files named otherwise give another digest")
	}
	if err := os.Chmod(filepath.Join(dir, "infra/a.tf"), 0o755); err != nil {
		t.Fatal(err)
	}
	executable := digest("infra")
	releasetest.WriteFiles(t, dir, map[string]string{"infra/b/c.tf": "C", "other": "changed"})
	changed := digest("infra")
	if whole == executable || executable == changed {
		t.Error("a change of mode or content does not show")
	}
	releasetest.WriteFiles(t, dir, map[string]string{"other": "changed again"})
	if changed != digest("infra") {
		t.Error("a file that is no input shows")
	}
	_, err := (&Tree{}).DigestInfra(".", []string{"missing"})
	releasetest.WantProblem(t, err, problem.Failed, `names "missing" under infrastructure`, "")
}
