package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

func TestRestoreInFreshClone(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	first := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "the first\n\nwith details", Store: NewStore(t.TempDir())})
	releasetest.WriteFiles(t, dir, map[string]string{"later.txt": ""})
	releasetest.CommitAll(t, dir, "later")
	clone := filepath.Join(t.TempDir(), "clone")
	releasetest.RunGit(t, dir, "clone", "-q", dir, clone)

	store := NewStore(t.TempDir())
	for _, o := range []Options{{From: "HEAD"}, {Message: "another"}} { // not what the tag names
		o.Dir, o.Version, o.Store = clone, "v1.0.0", store
		_, err := CreateVersion(t.Context(), o)
		releasetest.WantProblem(t, err, problem.Failed, "already exists", "version-manager create v1.0.1")
	}
	again := create(t, Options{Dir: clone, Version: "v1.0.0", Store: store})
	a, err := store.GetRecord("hello", "v1.0.0")
	if err != nil || a.Image != first.Release.Image || a.Message != first.Release.Message || a.Commit != first.Release.Commit {
		t.Errorf("restored %+v, %v, want %+v", a, err, first.Release)
	}
	if len(again.Notes) != 1 || !strings.HasPrefix(again.Notes[0], "restored from the tag v1.0.0") {
		t.Errorf("notes %q", again.Notes)
	}
}

func TestRestoreMendsMissingImage(t *testing.T) {
	dir, state := releasetest.NewRepo(t, releasetest.HelloModule()), t.TempDir()
	store := NewStore(state)
	r := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store}).Release
	if err := os.RemoveAll(filepath.Join(state, "releases", "images")); err != nil {
		t.Fatal(err)
	}
	_, err := store.OpenImage(r.Image)
	releasetest.WantProblem(t, err, problem.Failed, "missing or damaged", "version-manager create")
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	if _, err := store.OpenImage(r.Image); err != nil {
		t.Error(err)
	}
}

func TestRestoreComparesWithTag(t *testing.T) {
	for name, tt := range map[string]struct {
		tag  string
		note string // empty: refused
	}{
		"by hand":          {"by hand", "restored from"},
		"other Go version": {trailers{App: "hello", Image: "sha256:00", Go: "go1.2", Platform: "plan9/mips"}.tagMessage("x"), "built by go1.2 for plan9/mips, this by go1."},
		"other content":    {"same", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
			if tt.note == "" {
				said := trailersOf(build(t, dir), ".")
				said.Image = "sha256:" + strings.Repeat("0", 64)
				tt.tag = said.tagMessage("x")
			}
			releasetest.RunGit(t, dir, "tag", "-a", "-m", tt.tag, "v1.0.0")
			c, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
			if tt.note == "" {
				releasetest.WantProblem(t, err, problem.Failed, "is not the one that its tag names", "")
				return
			}
			if err != nil || !strings.Contains(strings.Join(c.Notes, "\n"), tt.note) {
				t.Errorf("notes %q, %v, want %q", c.Notes, err, tt.note)
			}
		})
	}
}
