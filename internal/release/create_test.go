package release

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/problem"
)

func create(t *testing.T, o Options) Created {
	t.Helper()
	c, err := Create(t.Context(), o)
	if err != nil {
		t.Fatal(err, lines(err))
	}
	return c
}

func TestCreate(t *testing.T) {
	dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
	var steps []string
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store, Progress: func(s string) { steps = append(steps, s) }})

	if want := []string{"export", "build", "image", "store", "tag"}; !slices.Equal(steps, want) {
		t.Errorf("steps %q, want %q", steps, want)
	}
	r := c.Release
	if r.App != "hello" || r.Version != "v1.0.0" || r.Message != "first" || r.Commit != runGit(t, dir, "rev-parse", "HEAD") {
		t.Errorf("release %+v", r)
	}
	if got, err := store.Get("hello", "v1.0.0"); err != nil || got.Image != r.Image {
		t.Errorf("on record: %+v, %v", got, err)
	}
	if _, err := store.Image(r.Image); err != nil {
		t.Error(err)
	}
	tag := runGit(t, dir, "for-each-ref", "--format=%(objecttype) %(contents)", "refs/tags/v1.0.0")
	if !strings.HasPrefix(tag, "tag first\n\nImage: "+r.Image) {
		t.Errorf("tag %q", tag)
	}
}

func TestCreateTwice(t *testing.T) {
	dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.2.0", Store: store})
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.2.0", Store: store})
	wantProblem(t, err, problem.Failed, "create v1.2.0: v1.2.0 exists already; free are v1.2.1, v1.3.0 or v2.0.0",
		"version-manager create v1.2.1")

	runGit(t, dir, "tag", "-d", "v1.2.0") // a record alone is enough to be taken
	write(t, dir, map[string]string{"new.txt": ""})
	_, err = Create(t.Context(), Options{Dir: dir, Version: "v1.2.0", Message: "x", Store: store})
	wantProblem(t, err, problem.Failed, "exists already", "v1.2.1")
	if dirty, _ := openRepo(t, dir).Dirty(t.Context()); len(dirty) != 1 {
		t.Errorf("dirty %q: it was committed although the version is taken", dirty)
	}
}

func TestCreateFromDirtyTree(t *testing.T) {
	dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
	write(t, dir, map[string]string{"new file.txt": "", "main.go": "package main\n\nfunc main() { println(\"second\") }\n"})
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.2.0", Store: store})
	wantProblem(t, err, problem.Failed, "2 files are not committed", "version-manager create v1.2.0 -m 'what changed'")
	if got := lines(err); got != "main.go\nnew file.txt" {
		t.Errorf("files %q", got)
	}

	from := create(t, Options{Dir: dir, Version: "v1.0.0", From: "HEAD", Store: store})
	c := create(t, Options{Dir: dir, Version: "v1.2.0", Message: "say second\n", Store: store})
	if c.Release.Image == from.Release.Image || c.Release.Message != "say second" {
		t.Errorf("release %+v", c.Release)
	}
	if len(c.Notes) != 1 || !strings.HasPrefix(c.Notes[0], "2 changed files were committed as ") {
		t.Errorf("notes %q", c.Notes)
	}
	if dirty, _ := openRepo(t, dir).Dirty(t.Context()); len(dirty) != 0 {
		t.Errorf("still dirty: %q", dirty)
	}
}

func TestCreateInEmptyRepository(t *testing.T) {
	isolateGit(t)
	dir, store := t.TempDir(), NewStore(t.TempDir())
	runGit(t, dir, "init", "-q")
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
	wantProblem(t, err, problem.Failed, "has no commit yet", "git commit")
	write(t, dir, helloModule())
	_, err = Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
	wantProblem(t, err, problem.Failed, "3 files are not committed", "-m")
	create(t, Options{Dir: dir, Version: "v1.0.0", Message: "first", Store: store})
}

func TestRestoreInFreshClone(t *testing.T) {
	dir := newRepo(t, helloModule())
	first := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "the first\n\nwith details", Store: NewStore(t.TempDir())})
	write(t, dir, map[string]string{"later.txt": ""})
	commitAll(t, dir, "later")
	clone := filepath.Join(t.TempDir(), "clone")
	runGit(t, dir, "clone", "-q", dir, clone)

	store := NewStore(t.TempDir())
	for _, o := range []Options{{From: "HEAD"}, {Message: "another"}} { // not what the tag names
		o.Dir, o.Version, o.Store = clone, "v1.0.0", store
		_, err := Create(t.Context(), o)
		wantProblem(t, err, problem.Failed, "exists already", "version-manager create v1.0.1")
	}
	again := create(t, Options{Dir: clone, Version: "v1.0.0", Store: store})
	a, err := store.Get("hello", "v1.0.0")
	if err != nil || a.Image != first.Release.Image || a.Message != first.Release.Message || a.Commit != first.Release.Commit {
		t.Errorf("restored %+v, %v, want %+v", a, err, first.Release)
	}
	if len(again.Notes) != 1 || !strings.HasPrefix(again.Notes[0], "restored from the tag v1.0.0") {
		t.Errorf("notes %q", again.Notes)
	}
}

func TestRestoreMendsMissingImage(t *testing.T) {
	dir, state := newRepo(t, helloModule()), t.TempDir()
	store := NewStore(state)
	r := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store}).Release
	if err := os.RemoveAll(filepath.Join(state, "releases", "images")); err != nil {
		t.Fatal(err)
	}
	_, err := store.Image(r.Image)
	wantProblem(t, err, problem.Failed, "missing or damaged", "version-manager create")
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	if _, err := store.Image(r.Image); err != nil {
		t.Error(err)
	}
}

func TestRestoreComparesWithTag(t *testing.T) {
	for name, tt := range map[string]struct {
		tag  string
		note string // empty: refused
	}{
		"by hand":          {"by hand", "restored from"},
		"other Go version": {trailers{"hello", "sha256:00", "go1.2", "plan9/mips"}.message("x"), "built by go1.2 for plan9/mips, this by go1."},
		"other app":        {trailers{App: "other", Image: "sha256:00"}.message("x"), "restored from"},
		"other content":    {"same", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
			if tt.note == "" {
				said := trailersOf(build(t, dir))
				said.Image = "sha256:" + strings.Repeat("0", 64)
				tt.tag = said.message("x")
			}
			runGit(t, dir, "tag", "-a", "-m", tt.tag, "v1.0.0")
			c, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: store})
			if tt.note == "" {
				wantProblem(t, err, problem.Failed, "is not the one that its tag names", "")
				return
			}
			if err != nil || !strings.Contains(strings.Join(c.Notes, "\n"), tt.note) {
				t.Errorf("notes %q, %v, want %q", c.Notes, err, tt.note)
			}
		})
	}
}

func TestFailedCreateLeavesNothing(t *testing.T) {
	files := helloModule()
	files["main.go"] = "package main\n"
	dir, state := newRepo(t, files), t.TempDir()
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(state)})
	wantProblem(t, err, problem.Failed, "create v1.0.0: go build . failed", "")
	nothingLeft(t, state)
	if tags := runGit(t, dir, "tag"); tags != "" {
		t.Errorf("tags %q", tags)
	}
}

// The record comes after the tag. If it cannot be written the tag goes, too.
func TestUnwritableRecordTakesTagBack(t *testing.T) {
	dir, state := newRepo(t, helloModule()), t.TempDir()
	obstacle := filepath.Join(state, "releases", "records.lock")
	mkdir(t, obstacle) // a folder where the lock file should be
	o := Options{Dir: dir, Version: "v1.0.0", Store: NewStore(state)}
	if _, err := Create(t.Context(), o); err == nil || !strings.Contains(err.Error(), "record v1.0.0") {
		t.Fatalf("error %v", err)
	}
	if tags := runGit(t, dir, "tag"); tags != "" {
		t.Errorf("tags %q", tags)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	create(t, o)
}

// Whatever Create had done when it was stopped, the same call completes it.
func TestCreateAfterCrashAtEveryStep(t *testing.T) {
	for _, last := range []string{"export", "build", "image", "store", "tag"} {
		t.Run(last, func(t *testing.T) {
			dir, state := newRepo(t, helloModule()), t.TempDir()
			write(t, dir, map[string]string{"new.txt": ""})
			o := Options{Dir: dir, Version: "v1.0.0", Message: "new", Store: NewStore(state)}
			crash := o
			crash.Progress = func(step string) {
				if step == last {
					panic("crash")
				}
			}
			func() {
				defer func() { _ = recover() }()
				_, err := Create(t.Context(), crash)
				t.Errorf("no crash, but %v", err)
			}()
			c := create(t, o)
			if got, err := o.Store.Get("hello", "v1.0.0"); err != nil || got.Message != "new" || got.Image != c.Release.Image {
				t.Errorf("record %+v, %v", got, err)
			}
		})
	}
}

// A crash between tag and record: the same call with the same message.
func TestCreateAfterCrashBetweenTagAndRecord(t *testing.T) {
	dir, state := newRepo(t, helloModule()), t.TempDir()
	write(t, dir, map[string]string{"new.txt": ""})
	o := Options{Dir: dir, Version: "v1.0.0", Message: "new", Store: NewStore(state)}
	first := create(t, o)
	if err := os.Remove(filepath.Join(state, "releases", "hello", "v1.0.0.json")); err != nil {
		t.Fatal(err)
	}
	if again := create(t, o); again.Release.Image != first.Release.Image || again.Release.Message != "new" {
		t.Errorf("second call made %+v", again.Release)
	}
}

func TestEntries(t *testing.T) {
	dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.10.0", Message: "ten", Store: store})
	create(t, Options{Dir: dir, Version: "v1.9.0", Store: store})
	runGit(t, dir, "tag", "-a", "-m", "not built", "v2.0.0")
	runGit(t, dir, "tag", "-d", "v1.9.0")

	got, err := Entries(t.Context(), openRepo(t, dir), store, "hello")
	if err != nil {
		t.Fatal(err)
	}
	var short []string
	for _, e := range got {
		short = append(short, strings.Join([]string{string(e.Version), e.Message, mark(e.Tagged, "tagged"), mark(e.Built, "built")}, " "))
	}
	want := []string{"v1.9.0 first - built", "v1.10.0 ten tagged built", "v2.0.0 not built tagged -"}
	if !slices.Equal(short, want) {
		t.Errorf("entries %q, want %q", short, want)
	}
	if got, err := Entries(t.Context(), nil, store, "hello"); len(got) != 2 || err != nil {
		t.Errorf("without a repository: %d entries, %v", len(got), err)
	}
}

func mark(is bool, word string) string {
	if is {
		return word
	}
	return "-"
}
