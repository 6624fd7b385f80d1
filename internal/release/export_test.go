package release

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/release/releasetest"
)

func TestExportKeepsLinksAndModes(t *testing.T) {
	files := releasetest.HelloModule()
	files["run.sh"] = "#!/bin/sh\n"
	dir := releasetest.NewRepo(t, files)
	if err := os.Symlink("../run.sh", filepath.Join(dir, "run.sh.link")); err != nil {
		t.Fatal(err)
	}
	releasetest.MakeDir(t, filepath.Join(dir, "sub"))
	if err := os.Rename(filepath.Join(dir, "run.sh.link"), filepath.Join(dir, "sub", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	releasetest.CommitAll(t, dir, "modes")
	r, out := openRepo(t, dir), t.TempDir()
	head, err := r.ResolveCommit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ExportCommit(t.Context(), head, out); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(out, "sub", "link"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("through the link: %v, %v", info, err)
	}
	if info, err := os.Stat(filepath.Join(out, "go.mod")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("go.mod: %v, %v", info, err)
	}
}
