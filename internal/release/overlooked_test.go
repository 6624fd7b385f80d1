package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Changes that git overlooks are in no version, and that must be said.
func TestOverlookedChangesAreSaid(t *testing.T) {
	files := helloModule()
	files["a b\n\"c"], files["\"q\" \\ é"], files["same"], files["absent"] = "1", "1", "1", "1"
	dir, store := newRepo(t, files), NewStore(t.TempDir())
	runGit(t, dir, "update-index", "--assume-unchanged", "a b\n\"c", "same")
	runGit(t, dir, "update-index", "--skip-worktree", "\"q\" \\ é", "absent")
	write(t, dir, map[string]string{"a b\n\"c": "2", "\"q\" \\ é": "2"})
	if err := os.Remove(filepath.Join(dir, "absent")); err != nil {
		t.Fatal(err)
	}
	names, err := openRepo(t, dir).overlooked(t.Context())
	if err != nil || len(names) != 2 || names[0] != "\"q\" \\ é" || names[1] != "a b\n\"c" {
		t.Errorf("%q, %v", names, err)
	}
	write(t, dir, map[string]string{"new": ""})
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "with a commit", Store: store})
	if notes := strings.Join(c.Notes, "\n"); !strings.Contains(notes, "told to overlook what changed in "+names[0]) || strings.Contains(notes, "same") {
		t.Errorf("notes %q", notes)
	}
	c, err = Create(t.Context(), Options{Dir: dir, Version: "v2.0.0", From: "HEAD", Store: store})
	if err != nil || len(c.Notes) > 0 {
		t.Errorf("from a commit, where the work tree has no say: notes %q, %v", c.Notes, err)
	}
}

func FuzzOverlooked(f *testing.F) {
	f.Add("h 100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\ta b\n\"c")
	f.Add("S 120000 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 0\tlink")
	f.Add("H 100644 x 0\tplain")
	f.Fuzz(func(t *testing.T, line string) {
		id, name, ok := parseOverlooked(line)
		if ok && (id == "" || !strings.HasSuffix(line, "\t"+name)) {
			t.Errorf("%q: %q, %q", line, id, name)
		}
		if quoted := quotePath(name); strings.ContainsRune(quoted, '\n') {
			t.Errorf("%q takes more than one line: %q", name, quoted)
		}
	})
}
