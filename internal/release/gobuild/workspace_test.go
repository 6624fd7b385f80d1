package gobuild

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/release/releasetest"
)

// The folder in which a version is built is this user's alone.
func TestBuildsHappenInThePrivateCache(t *testing.T) {
	base := releasetest.IsolateCache(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	abandoned := filepath.Join(base, "build-killed")
	releasetest.WriteFiles(t, abandoned, map[string]string{"tree/main.go": ""})
	if err := os.Chmod(filepath.Dir(base), 0o700); err != nil {
		t.Fatal(err)
	}
	work, err := NewWorkspace()
	if err != nil || work.Note != "" {
		t.Fatalf("%+v, %v", work, err)
	}
	defer work.Close()
	if filepath.Dir(work.Dir) != base {
		t.Errorf("built in %s, want a folder in %s", work.Dir, base)
	}
	if _, err := os.Stat(abandoned); err == nil {
		t.Error("what a killed build left is still there")
	}
	other, err := NewWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(work.Dir); err != nil {
		t.Errorf("a second build removed the first one's folder: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	releasetest.WantEmpty(t, temp)
}

func TestUnsafeCacheIsNotUsed(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, cache string){
		"everybody may write above": func(t *testing.T, cache string) { releasetest.ChangeMode(t, filepath.Dir(cache), 0o777) },
		"everybody may write": func(t *testing.T, cache string) {
			releasetest.MakeDir(t, cache)
			releasetest.ChangeMode(t, cache, 0o777)
		},
		"a group may write": func(t *testing.T, cache string) {
			releasetest.MakeDir(t, cache)
			releasetest.ChangeMode(t, cache, 0o770)
		},
		"not a folder": func(t *testing.T, cache string) {
			releasetest.WriteFiles(t, filepath.Dir(cache), map[string]string{filepath.Base(cache): ""})
		},
		"another user's": func(t *testing.T, cache string) {
			if os.Getuid() != 0 {
				t.Skip("only root can make a folder of another user")
			}
			releasetest.MakeDir(t, cache)
			if err := os.Chown(cache, 65534, 65534); err != nil {
				t.Fatal(err)
			}
		},
		"below another user's": func(t *testing.T, cache string) {
			if os.Getuid() != 0 {
				t.Skip("only root can make a folder of another user")
			}
			if err := os.Chown(filepath.Dir(cache), 65534, 65534); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "cache")
			releasetest.MakeDir(t, root)
			cache := filepath.Join(root, "version-manager")
			if err := makePrivate(cache); err != nil {
				t.Fatalf("a good one: %v", err)
			}
			if err := os.Remove(cache); err != nil {
				t.Fatal(err)
			}
			spoil(t, cache)
			if err := makePrivate(cache); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}
