package release

import (
	"os"
	"path/filepath"
	"testing"
)

func TestExportKeepsLinksAndModes(t *testing.T) {
	files := helloModule()
	files["run.sh"] = "#!/bin/sh\n"
	dir := newRepo(t, files)
	if err := os.Symlink("../run.sh", filepath.Join(dir, "run.sh.link")); err != nil {
		t.Fatal(err)
	}
	mkdir(t, filepath.Join(dir, "sub"))
	if err := os.Rename(filepath.Join(dir, "run.sh.link"), filepath.Join(dir, "sub", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	commitAll(t, dir, "modes")
	r, out := openRepo(t, dir), t.TempDir()
	head, err := r.Resolve(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Export(t.Context(), head, out); err != nil {
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
