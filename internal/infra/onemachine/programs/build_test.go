package programs

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/problem"
)

// fakeGo answers as the go command does: a version for env, packages for list,
// a file for build.
// $GO_FAKE tells it what to do instead.
const fakeGo = `#!/bin/sh
case "$1" in
env) echo go1.26.8; echo linux; echo amd64; exit ;;
list) echo fmt false; echo example.org/big true; exit ;;
esac
while [ "$#" -gt 1 ]; do
	[ "$1" = -o ] && out=$2
	shift
done
echo "$1" >>"$GO_FAKE_LOG"
case "$GOFLAGS$GOWORK$GOEXPERIMENT" in
-mod=readonlyoffnone) ;;
*) echo "flags of the user: $GOFLAGS $GOWORK $GOEXPERIMENT" >&2; exit 1 ;;
esac
case "$GO_FAKE" in
fail) [ "$1" != ./coredns ] || { echo "coredns/main.go:7:2: undefined: coremain" >&2; exit 1; } ;;
hang) [ "$1" != ./coredns ] || exec sleep 60 ;;
esac
echo "program $1" >"$out"
`

// place prepares a clone with sources, a cache, and the fake go command, and
// returns the cache and the log of what was built.
func place(t *testing.T) (cache string, built func() []string) {
	t.Helper()
	root := t.TempDir()
	bin, clone := filepath.Join(root, "bin"), filepath.Join(root, "clone")
	write(t, filepath.Join(bin, "go"), fakeGo, 0o755)
	write(t, filepath.Join(clone, "cluster", "go.mod"), moduleLine+"\n\ngo 1.26.0\n", 0o644)
	write(t, filepath.Join(clone, "cluster", "pause", "main.go"), "package main\n", 0o644)
	cache = filepath.Join(root, "cache")
	log := filepath.Join(root, "log")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOME", root)
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("GO_FAKE_LOG", log)
	t.Setenv("GO_FAKE", "")
	t.Setenv("GOFLAGS", "-toolexec=/bin/false")
	t.Setenv("GOWORK", filepath.Join(root, "go.work"))
	deep := filepath.Join(clone, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	return cache, func() []string {
		b, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return strings.Fields(string(b))
	}
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func quiet(Progress) {}

func TestBuildOnce(t *testing.T) {
	_, built := place(t)
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Fatalf("before the build: %v", err)
	}
	var seen []Progress
	set, err := BuildAll(t.Context(), func(p Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if n := len(built()); n != len(table()) {
		t.Errorf("%d programs were built, want %d", n, len(table()))
	}
	if first := seen[0]; first.Program != "modules" || first.N != 1 || first.Of != len(table())+2 || first.Left < 5*time.Minute/time.Duration(runtime.GOMAXPROCS(0)) {
		t.Errorf("first progress: %+v", first)
	}
	for _, p := range table() {
		if b, err := os.ReadFile(set.ProgramPath(p.name)); err != nil || string(b) != "program "+p.pkg+"\n" {
			t.Errorf("%s: %q, %v", p.name, b, err)
		}
	}
	again, err := BuildAll(t.Context(), func(Progress) { t.Error("the second build worked") })
	if err != nil || again != set {
		t.Errorf("second build: %v, %v", again, err)
	}
	if found, err := FindBuilt(t.Context()); err != nil || found != set {
		t.Errorf("find: %v, %v", found, err)
	}
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	cache, _ := place(t)
	t.Setenv("GO_FAKE", "fail")
	_, err := BuildAll(t.Context(), quiet)
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || len(p.Lines) != 1 || !strings.Contains(p.Lines[0], "undefined: coremain") {
		t.Fatalf("no evidence: %v", err)
	}
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a failed build looks finished: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "version-manager", "cluster", "*")); len(left) != 1 {
		t.Errorf("left behind beside the lock: %v", left)
	}
	t.Setenv("GO_FAKE", "")
	if _, err := BuildAll(t.Context(), quiet); err != nil {
		t.Errorf("after the mistake was mended: %v", err)
	}
}

func TestCancelledBuild(t *testing.T) {
	_, built := place(t)
	t.Setenv("GO_FAKE", "hang")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := BuildAll(ctx, func(Progress) {
		if n := len(built()); n > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a cancelled build looks finished: %v", err)
	}
}

func TestSecondBuildWaits(t *testing.T) {
	_, built := place(t)
	set, _, err := locate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(set.Dir), "lock")
	unlock, err := lock(t.Context(), path, func() {})
	if err != nil {
		t.Fatal(err)
	}
	waited := false
	got, err := BuildAll(t.Context(), func(p Progress) {
		if !p.Waiting || waited {
			t.Errorf("unexpected progress %+v", p)
			return
		}
		waited = true
		if err := os.MkdirAll(set.Dir, 0o700); err != nil { // the other one finishes
			t.Error(err)
		}
		unlock()
	})
	if err != nil || got != set || !waited || len(built()) != 0 {
		t.Errorf("%v, %v, waited %t, built %v", got, err, waited, built())
	}
}

func TestDigestKnowsWhatCounts(t *testing.T) {
	place(t)
	dir, err := source()
	if err != nil {
		t.Fatal(err)
	}
	sum := func(compiler string) string {
		s, err := digest(dir, compiler)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := sum("go1.26.8 linux amd64")
	write(t, filepath.Join(dir, "pause", "main_test.go"), "package main\n", 0o644)
	write(t, filepath.Join(dir, "README.md"), "words\n", 0o644)
	if sum("go1.26.8 linux amd64") != before {
		t.Error("tests and prose count")
	}
	if sum("go1.26.9 linux amd64") == before {
		t.Error("the compiler does not count")
	}
	write(t, filepath.Join(dir, "go.sum"), "example.org v1.0.0 h1:\n", 0o644)
	if sum("go1.26.8 linux amd64") == before {
		t.Error("go.sum does not count")
	}
}

func TestSourceMissing(t *testing.T) {
	t.Chdir(t.TempDir())
	if dir := search("."); dir != "" {
		t.Errorf("found %s", dir)
	}
	if _, err := source(); problem.KindOf(err) != problem.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestImages(t *testing.T) {
	place(t)
	set, err := BuildAll(t.Context(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range set.ListImages() {
		manifest := fromTar(t, i.File, "manifest.json")
		var parsed []struct {
			Config   string
			RepoTags []string
		}
		if err := json.Unmarshal(manifest, &parsed); err != nil || len(parsed) != 1 {
			t.Fatalf("%s: %s, %v", i.File, manifest, err)
		}
		if tags := parsed[0].RepoTags; len(tags) != 1 || tags[0] != i.Name {
			t.Errorf("%s is tagged %v, want %s", i.File, tags, i.Name)
		}
		config := string(fromTar(t, i.File, parsed[0].Config))
		if !strings.Contains(config, `"Entrypoint":["/`) || !strings.Contains(config, `"os":"linux"`) {
			t.Errorf("%s: %s", i.Name, config)
		}
	}
}

func fromTar(t *testing.T, file, name string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("%s in %s: %v", name, file, err)
		}
		if h.Name == name {
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
}
