package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

func TestFailedCreateLeavesNothing(t *testing.T) {
	files := releasetest.HelloModule()
	files["main.go"] = "package main\n"
	dir, state := releasetest.NewRepo(t, files), t.TempDir()
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(state)})
	releasetest.WantProblem(t, err, problem.Failed, "create v1.0.0: go build . failed", "")
	releasetest.WantEmpty(t, state)
	if tags := releasetest.RunGit(t, dir, "tag"); tags != "" {
		t.Errorf("tags %q", tags)
	}
}

// The record comes after the tag. If it cannot be written the tag goes, too.
func TestUnwritableRecordTakesTagBack(t *testing.T) {
	dir, state := releasetest.NewRepo(t, releasetest.HelloModule()), t.TempDir()
	obstacle := filepath.Join(state, "releases", "records.lock")
	releasetest.MakeDir(t, obstacle) // a folder where the lock file should be
	o := Options{Dir: dir, Version: "v1.0.0", Store: NewStore(state)}
	if _, err := CreateVersion(t.Context(), o); err == nil || !strings.Contains(err.Error(), "record v1.0.0") {
		t.Fatalf("error %v", err)
	}
	if tags := releasetest.RunGit(t, dir, "tag"); tags != "" {
		t.Errorf("tags %q", tags)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	create(t, o)
}

// Whatever Create had done when it was stopped, the same call completes it.
func TestCreateAfterCrashAtEveryStep(t *testing.T) {
	for _, last := range Steps() {
		t.Run(last, func(t *testing.T) {
			dir, state := releasetest.NewRepo(t, releasetest.HelloModule()), t.TempDir()
			releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
			o := Options{Dir: dir, Version: "v1.0.0", Message: "new", Store: NewStore(state)}
			crash := o
			crash.Progress = reportTo(func(step string) {
				if step == last {
					panic("crash")
				}
			})
			func() {
				defer func() { _ = recover() }()
				_, err := CreateVersion(t.Context(), crash)
				t.Errorf("no crash, but %v", err)
			}()
			c := create(t, o)
			if got, err := o.Store.GetRecord("hello", "v1.0.0"); err != nil || got.Message != "new" || got.Image != c.Release.Image {
				t.Errorf("record %+v, %v", got, err)
			}
		})
	}
}

// A crash between tag and record: the same call with the same message.
func TestCreateAfterCrashBetweenTagAndRecord(t *testing.T) {
	dir, state := releasetest.NewRepo(t, releasetest.HelloModule()), t.TempDir()
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	o := Options{Dir: dir, Version: "v1.0.0", Message: "new", Store: NewStore(state)}
	first := create(t, o)
	if err := os.Remove(filepath.Join(state, "releases", "hello", "v1.0.0.json")); err != nil {
		t.Fatal(err)
	}
	if again := create(t, o); again.Release.Image != first.Release.Image || again.Release.Message != "new" {
		t.Errorf("second call made %+v", again.Release)
	}
}
