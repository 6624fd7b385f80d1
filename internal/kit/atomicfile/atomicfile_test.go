package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFileReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	for _, content := range []string{"first", "second, longer", ""} {
		if err := WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Fatalf("read %q, %v; want %q", got, err, content)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v; want 0600", info.Mode(), err)
	}
}

func TestFailureLeavesOldContentAndNoRubbish(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	// A folder in the file's place makes the rename fail, after the new
	// content was written in full.
	if err := os.MkdirAll(filepath.Join(path, "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("new"), 0o600); err == nil {
		t.Fatal("WriteFile replaced a folder that is not empty")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestStagedFileIsSeenOnlyAfterCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	f, err := CreateStaged(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("content"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before CommitTo")
	}
	if err := f.CommitTo(path); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if b, err := os.ReadFile(path); err != nil || string(b) != "content" {
		t.Errorf("after CommitTo and Discard: %q, %v", b, err)
	}
}

func TestRemoveStagedKeepsTheRest(t *testing.T) {
	dir := t.TempDir()
	abandoned, err := CreateStaged(dir)
	if err != nil {
		t.Fatal(err)
	}
	abandoned.Close()
	if err := WriteFile(filepath.Join(dir, "kept"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	RemoveStaged(dir)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "kept" {
		t.Errorf("left: %v, %v", entries, err)
	}
	RemoveStaged(filepath.Join(dir, "missing")) // does nothing
}
