package release

import (
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release/releasetest"
)

func create(t *testing.T, o Options) Created {
	t.Helper()
	c, err := CreateVersion(t.Context(), o)
	if err != nil {
		t.Fatal(err, releasetest.ErrorLines(err))
	}
	return c
}

// reportTo returns a reporter that passes on the name of each step that begins.
func reportTo(started func(step string)) *progress.Reporter {
	return progress.NewReporter(func(e progress.Event) {
		if e.Status == progress.StatusRunning {
			started(e.Step)
		}
	}, time.Now)
}

func TestCreate(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	var steps []string
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store, Progress: reportTo(func(s string) { steps = append(steps, s) })})

	if want := []string{"export", "build", "image", "store", "tag"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	r := c.Release
	if r.App != "hello" || r.Version != "v1.0.0" || r.Message != "first" || r.Commit != releasetest.RunGit(t, dir, "rev-parse", "HEAD") {
		t.Errorf("release %+v", r)
	}
	if got, err := store.GetRecord("hello", "v1.0.0"); err != nil || got.Image != r.Image {
		t.Errorf("on record: %+v, %v", got, err)
	}
	if _, err := store.OpenImage(r.Image); err != nil {
		t.Error(err)
	}
	tag := releasetest.RunGit(t, dir, "for-each-ref", "--format=%(objecttype) %(contents)", "refs/tags/v1.0.0")
	if !strings.HasPrefix(tag, "tag first\n\nImage: "+r.Image) {
		t.Errorf("tag %q", tag)
	}
}

func TestCreateTwice(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.2.0", Store: store})
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.2.0", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "create v1.2.0: v1.2.0 already exists; available: v1.2.1, v1.3.0 or v2.0.0",
		"version-manager create v1.2.1")

	releasetest.RunGit(t, dir, "tag", "-d", "v1.2.0") // a record alone is enough to be taken
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	_, err = CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.2.0", Message: "x", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "already exists", "v1.2.1")
	if dirty, _ := openRepo(t, dir).ListChanges(t.Context()); len(dirty) != 1 {
		t.Errorf("dirty %q: it was committed although the version is taken", dirty)
	}
}

func TestCreateFromDirtyTree(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	releasetest.WriteFiles(t, dir, map[string]string{"new file.txt": "", "main.go": "package main\n\nfunc main() { println(\"second\") }\n"})
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.2.0", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "2 files are not committed", "version-manager create v1.2.0 -m 'what changed'")
	if got := releasetest.ErrorLines(err); got != "main.go\nnew file.txt (new)" {
		t.Errorf("files %q", got)
	}

	from := create(t, Options{Dir: dir, Version: "v1.0.0", From: "HEAD", Store: store})
	c := create(t, Options{Dir: dir, Version: "v1.2.0", Message: "say second\n", Store: store})
	if c.Release.Image == from.Release.Image || c.Release.Message != "say second" {
		t.Errorf("release %+v", c.Release)
	}
	head := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
	if want := []string{
		"2 changed files were committed as " + head[:7] + ": new file.txt (new), main.go",
		"to take the commit back before anything is pushed: git tag -d v1.2.0 && git reset --soft HEAD~1",
	}; !slices.Equal(c.Notes, want) {
		t.Errorf("notes %q, want %q", c.Notes, want)
	}
	if dirty, _ := openRepo(t, dir).ListChanges(t.Context()); len(dirty) != 0 {
		t.Errorf("still dirty: %q", dirty)
	}
}

func TestCreateInEmptyRepository(t *testing.T) {
	releasetest.IsolateGit(t)
	dir, store := t.TempDir(), NewStore(t.TempDir())
	releasetest.RunGit(t, dir, "init", "-q")
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "has no commit yet", "git commit")
	releasetest.WriteFiles(t, dir, releasetest.HelloModule())
	_, err = CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "3 files are not committed", "-m")
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "first", Store: store})
	if want := "git tag -d v1.0.0 && git update-ref -d HEAD"; !strings.HasSuffix(c.Notes[1], want) {
		t.Errorf("notes %q, want %q at the end", c.Notes, want)
	}
}
