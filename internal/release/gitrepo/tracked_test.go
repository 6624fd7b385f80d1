package gitrepo

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"version-manager/internal/release/releasetest"
)

func TestTracked(t *testing.T) {
	releasetest.IsolateGit(t)
	dir := t.TempDir()
	for _, path := range []string{"a/.version-manager/apps/shop/state.json", "b/.Version-Manager/x", "c/.version-manager/x", "d/.version-manager2/x", "e/x*y/z", "f/xy/z"} {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "g"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../c", filepath.Join(dir, "g", ".version-manager")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "a", "b", "d", "f", "g"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	for path, want := range map[string]bool{
		"a/.version-manager": true, "b/.version-manager": true, "c/.version-manager": false, "d/.version-manager": false,
		"e/x*y": false, "f/x*": false, "g/.version-manager": true, "a": true, "missing/.version-manager": false,
	} {
		got, err := IsTracked(t.Context(), filepath.Join(dir, path))
		if missing := path == "missing/.version-manager"; got != want || err != nil != missing {
			t.Errorf("%s: tracked %t, %v", path, got, err)
		}
	}
	if got, err := IsTracked(t.Context(), filepath.Join(t.TempDir(), "x")); got || err != nil {
		t.Errorf("outside of any repository: %t, %v", got, err)
	}
}
