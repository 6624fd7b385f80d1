package release

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/problem"
)

func TestInfraDigest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"infra/a.tf": "a", "infra/b/c.tf": "c", "other": "x"})
	digest := func(inputs ...string) string {
		t.Helper()
		d, err := infraDigest(dir, inputs)
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
	if whole != digest("infra/a.tf", "infra/b") || whole != digest("infra/", "infra/a.tf") {
		t.Error("the same files named otherwise give another digest")
	}
	if err := os.Chmod(filepath.Join(dir, "infra/a.tf"), 0o755); err != nil {
		t.Fatal(err)
	}
	executable := digest("infra")
	write(t, dir, map[string]string{"infra/b/c.tf": "C", "other": "changed"})
	changed := digest("infra")
	if whole == executable || executable == changed {
		t.Error("a change of mode or content does not show")
	}
	write(t, dir, map[string]string{"other": "changed again"})
	if changed != digest("infra") {
		t.Error("a file that is no input shows")
	}
	_, err := infraDigest(dir, []string{"missing"})
	wantProblem(t, err, problem.Failed, `names "missing" under infrastructure`, "")
}
