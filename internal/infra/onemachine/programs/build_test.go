package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
)

// fakeGo acts like the go command: it prints a version for env and packages for
// list, and writes a file for build. $GO_FAKE makes it fail or hang.
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

// newClone prepares a clone with source code, a cache, and the fake go command. It
// returns the cache and a function that lists what was built.
func newClone(t *testing.T) (cache string, built func() []string) {
	t.Helper()
	root := t.TempDir()
	bin, clone := filepath.Join(root, "bin"), filepath.Join(root, "clone")
	writeFile(t, filepath.Join(bin, "go"), fakeGo, 0o755)
	writeFile(t, filepath.Join(clone, "cluster", "go.mod"), moduleLine+"\n\ngo 1.26.0\n", 0o644)
	writeFile(t, filepath.Join(clone, "cluster", "pause", "main.go"), "package main\n", 0o644)
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

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// details returns a reporter that passes on the detail of each event.
func details(f func(string)) *progress.Reporter {
	return progress.NewReporter(func(e progress.Event) { f(e.Detail) }, time.Now)
}

func TestBuildOnce(t *testing.T) {
	_, built := newClone(t)
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Fatalf("before the build: %v", err)
	}
	var seen []string
	set, err := BuildAll(t.Context(), details(func(s string) { seen = append(seen, s) }))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(built()); n != len(programTable()) {
		t.Errorf("%d programs were built, want %d", n, len(programTable()))
	}
	if want := fmt.Sprintf("building modules, 1 of %d, at most ", len(programTable())+2); !strings.HasPrefix(seen[0], want) {
		t.Errorf("first progress %q, want %q", seen[0], want)
	}
	for _, p := range programTable() {
		if b, err := os.ReadFile(set.ProgramPath(p.name)); err != nil || string(b) != "program "+p.pkg+"\n" {
			t.Errorf("%s: %q, %v", p.name, b, err)
		}
	}
	again, err := BuildAll(t.Context(), details(func(string) { t.Error("the second build did something") }))
	if err != nil || again != set {
		t.Errorf("second build: %v, %v", again, err)
	}
	if found, err := FindBuilt(t.Context()); err != nil || found != set {
		t.Errorf("find: %v, %v", found, err)
	}
}

func TestFailedBuildLeavesNothing(t *testing.T) {
	cache, _ := newClone(t)
	t.Setenv("GO_FAKE", "fail")
	_, err := BuildAll(t.Context(), nil)
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || len(p.Lines) != 1 || !strings.Contains(p.Lines[0], "undefined: coremain") {
		t.Fatalf("the error lacks the output of the compiler: %v", err)
	}
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a failed build looks complete: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(cache, "version-manager", "cluster", "*")); len(left) != 1 {
		t.Errorf("files besides the lock: %v", left)
	}
	t.Setenv("GO_FAKE", "")
	if _, err := BuildAll(t.Context(), nil); err != nil {
		t.Errorf("after the error was fixed: %v", err)
	}
}

func TestCanceledBuild(t *testing.T) {
	_, built := newClone(t)
	t.Setenv("GO_FAKE", "hang")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := BuildAll(ctx, details(func(string) {
		if len(built()) > 0 {
			cancel()
		}
	}))
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if _, err := FindBuilt(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("a canceled build looks complete: %v", err)
	}
}

func TestSecondBuildWaits(t *testing.T) {
	_, built := newClone(t)
	set, _, err := locateSet(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other, err := filelock.OpenLocked(lockFile(set))
	if err != nil {
		t.Fatal(err)
	}
	waited := false
	got, err := BuildAll(t.Context(), details(func(detail string) {
		if !strings.Contains(detail, "waiting for another process") || waited {
			t.Errorf("unexpected progress %q", detail)
			return
		}
		waited = true
		if err := errors.Join(os.MkdirAll(set.Dir, 0o700), other.Close()); err != nil { // the other build finishes
			t.Error(err)
		}
	}))
	if err != nil || got != set || !waited || len(built()) != 0 {
		t.Errorf("%v, %v, waited %t, built %v", got, err, waited, built())
	}
}
