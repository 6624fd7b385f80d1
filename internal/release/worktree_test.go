package release

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

func TestDirtyNamesEveryFile(t *testing.T) {
	files := releasetest.HelloModule()
	files["old.txt"], files["gone.txt"], files[".gitignore"] = "same\n", "x", "*.log\n"
	dir := releasetest.NewRepo(t, files)
	releasetest.RunGit(t, dir, "mv", "old.txt", "new.txt")
	if err := os.Remove(filepath.Join(dir, "gone.txt")); err != nil {
		t.Fatal(err)
	}
	releasetest.WriteFiles(t, dir, map[string]string{"main.go": "changed", "ünï code.txt": "", "sub/a\nb": "", "x.log": "ignored"})
	changes, err := openRepo(t, dir).ListChanges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(slices.Values(gitrepo.DescribeChanges(changes)))
	want := []string{"gone.txt", "main.go", "new.txt (new)", "old.txt", "sub/a\nb (new)", "ünï code.txt (new)"}
	if !slices.Equal(got, want) {
		t.Errorf("dirty %q, want %q", got, want)
	}
}

func TestUserConfigurationDoesNotInterfere(t *testing.T) {
	dir := releasetest.NewRepo(t, map[string]string{"go.mod": "x"})
	hooks := t.TempDir()
	for _, hook := range []string{"pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"} {
		if err := os.WriteFile(filepath.Join(hooks, hook), []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, setting := range [][2]string{
		{"commit.gpgSign", "true"}, {"tag.gpgSign", "true"}, {"tag.forceSignAnnotated", "true"}, {"gpg.program", "false"},
		{"core.hooksPath", hooks}, {"core.autocrlf", "true"}, {"core.pager", "false"}, {"core.editor", "false"},
		{"commit.template", "/nonexistent"}, {"log.showSignature", "true"}, {"status.showUntrackedFiles", "no"},
		{"core.quotePath", "true"}, {"color.ui", "always"}, {"commit.verbose", "true"},
	} {
		releasetest.RunGit(t, dir, "config", setting[0], setting[1])
	}
	t.Setenv("GIT_DIR", "/nonexistent") // as within a hook
	t.Setenv("GIT_INDEX_FILE", "/nonexistent")
	r := openRepo(t, dir)
	releasetest.WriteFiles(t, dir, map[string]string{"-rf": "lines\n", ".gitattributes": "*.txt export-subst\n", "a.txt": "$Format:%d$\n"})
	if dirty, err := r.ListChanges(t.Context()); len(dirty) != 3 || err != nil {
		t.Fatalf("dirty %q, %v", dirty, err)
	}
	if err := commitDirty(t, r, "# not a comment"); err != nil {
		t.Fatal(err)
	}
	head, err := r.ResolveCommit(t.Context(), "HEAD")
	if err != nil || head.Subject != "# not a comment" {
		t.Fatalf("HEAD %+v, %v", head, err)
	}
	if err := r.CreateTag(t.Context(), "v1.0.0", head.ID, "message"); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if _, err := r.ExportCommit(t.Context(), head, out); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"-rf": "lines\n", "a.txt": "$Format:%d$\n"} {
		if got, err := os.ReadFile(filepath.Join(out, name)); string(got) != want || err != nil {
			t.Errorf("%s exported as %q, %v", name, got, err)
		}
	}
}
