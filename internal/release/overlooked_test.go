package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/release/releasetest"
)

// Changes that git overlooks are in no version, and that must be said.
func TestOverlookedChangesAreSaid(t *testing.T) {
	files := releasetest.HelloModule()
	files["a b\n\"c"], files["\"q\" \\ é"], files["same"], files["absent"] = "1", "1", "1", "1"
	dir, store := releasetest.NewRepo(t, files), NewStore(t.TempDir())
	releasetest.RunGit(t, dir, "update-index", "--assume-unchanged", "a b\n\"c", "same")
	releasetest.RunGit(t, dir, "update-index", "--skip-worktree", "\"q\" \\ é", "absent")
	releasetest.WriteFiles(t, dir, map[string]string{"a b\n\"c": "2", "\"q\" \\ é": "2"})
	if err := os.Remove(filepath.Join(dir, "absent")); err != nil {
		t.Fatal(err)
	}
	names, err := openRepo(t, dir).ListOverlooked(t.Context())
	if err != nil || len(names) != 2 || names[0] != "\"q\" \\ é" || names[1] != "a b\n\"c" {
		t.Errorf("%q, %v", names, err)
	}
	releasetest.WriteFiles(t, dir, map[string]string{"new": ""})
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "with a commit", Store: store})
	if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, "told to overlook what changed in "+names[0]) || strings.Contains(notes, "same") {
		t.Errorf("notes %q", notes)
	}
	c, err = CreateVersion(t.Context(), Options{Dir: dir, Version: "v2.0.0", From: "HEAD", Store: store})
	if err != nil || len(c.Notes) > 0 {
		t.Errorf("from a commit, where the work tree has no say: notes %q, %v", c.Notes, err)
	}
}
