package filetree

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func writeFile(t *testing.T, path, content string, perm os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), perm); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, perm); err != nil {
		t.Fatal(err)
	}
}

// Each change to a tree that counts changes its digest.
func TestDigestTree(t *testing.T) {
	dir := t.TempDir()
	seen := map[string]string{}
	check := func(change string, isNew bool) {
		t.Helper()
		d, err := DigestTree(dir)
		if err != nil {
			t.Fatal(err)
		}
		if before, known := seen[d]; known == isNew {
			t.Errorf("%s: digest %s, known from %q", change, d, before)
		}
		seen[d] = change
	}
	file := filepath.Join(dir, "a", "b")
	check("empty", true)
	writeFile(t, file, "1", 0o644)
	check("a file", true)
	writeFile(t, file, "2", 0o644)
	check("other content", true)
	writeFile(t, file, "2", 0o755)
	check("executable", true)
	writeFile(t, file, "2", 0o750)
	check("other permissions of others", false)
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		t.Fatal(err)
	}
	check("an empty folder", false)
	if err := os.Rename(file, filepath.Join(dir, "a", "c")); err != nil {
		t.Fatal(err)
	}
	check("another name", true)
	if err := os.Symlink("a/c", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	check("a link", true)
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	check("a pipe", true)
}

func TestWalkNodesIsInOrder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a/x", "a.txt", "c/d"} {
		writeFile(t, filepath.Join(dir, name), "", 0o600)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var got []string
	if err := WalkNodes(root, ".", func(n Node) { got = append(got, n.Path) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a/x", "a.txt", "b", "c/d"}; !slices.Equal(got, want) {
		t.Errorf("visited %q, want %q", got, want)
	}
}

func TestLeadsOutside(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "tree", "file"), "", 0o600)
	writeFile(t, filepath.Join(dir, "secret"), "", 0o600)
	for name, target := range map[string]string{"in": "file", "up": "../secret", "abs": "/etc/passwd", "dangling": "nothing"} {
		if err := os.Symlink(target, filepath.Join(dir, "tree", name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]bool{
		"file": false, "in": false, "missing": false, "dangling": false,
		"up": true, "abs": true, "../secret": true, "sub/../../secret": true,
	} {
		if got := LeadsOutside(root, name); got != want {
			t.Errorf("LeadsOutside(%q) = %t, want %t", name, got, want)
		}
	}
}
