package launch

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/statedir"
)

// TestMoveBringsDataAlong: what instances keep outside of the state folder
// follows it, and the end of a move may be repeated.
func TestMoveBringsDataAlong(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root's instances keep anything outside of the state folder")
	}
	for _, spare := range []bool{true, false} {
		dir := t.TempDir()
		from, to := NewFiles(filepath.Join(dir, "from")), NewFiles(filepath.Join(dir, "to"))
		from.outside, to.outside = filepath.Join(dir, "spare-from"), filepath.Join(dir, "spare-to")
		want := to.state
		if spare {
			want = to.outside
		}
		to.root = func() string { return want }
		file := filepath.Join(from.outside, "data", "shop", "file")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := moveFiles(from, to); err != nil {
				t.Fatal(err)
			}
		}
		if b, err := os.ReadFile(filepath.Join(to.dataDir("shop"), "file")); err != nil || string(b) != "kept" {
			t.Errorf("spare %t: %q, %v", spare, b, err)
		}
	}
}

// TestMoveEndsAMove: the path before it does not count anymore.
func TestMoveEndsAMove(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := os.MkdirAll(filepath.Join(from, "apps"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := statedir.MoveFolder(from, to, "", "/project"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := FinishMove(to); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := statedir.ReadBinding(to); err != nil || b.From != "" || b.Path != statedir.RealPath(to) || b.Project != "/project" {
		t.Errorf("%+v, %v", b, err)
	}
}
