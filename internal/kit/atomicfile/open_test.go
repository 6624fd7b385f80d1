package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOpenRegularFollowsNothing: what is planted in the place of a file is neither
// read nor written through, and makes nobody wait.
func TestOpenRegularFollowsNothing(t *testing.T) {
	for name, plant := range map[string]func(path, target string) error{
		"link":          func(path, target string) error { return os.Symlink(target, path) },
		"dangling link": func(path, target string) error { return os.Symlink(target+".new", path) },
		"named pipe":    func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		"folder":        func(path, _ string) error { return os.Mkdir(path, 0o700) },
	} {
		for _, flag := range []int{os.O_RDONLY, os.O_WRONLY | os.O_CREATE | os.O_APPEND, os.O_RDWR | os.O_CREATE} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				path, target := filepath.Join(dir, "agent.log"), filepath.Join(dir, "target")
				if err := errors.Join(os.WriteFile(target, []byte("private"), 0o600), plant(path, target)); err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() { f, err := OpenRegular(path, flag, 0o600); f.Close(); done <- err }()
				select {
				case err := <-done:
					if err == nil {
						t.Errorf("opened with flags %#x", flag)
					}
				case <-time.After(10 * time.Second):
					t.Fatal("opening it waits")
				}
				if _, err := os.Lstat(target + ".new"); err == nil {
					t.Error("a file was made where the link leads")
				}
			})
		}
	}
}

func TestReadLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadFile(path, 5); err != nil || string(b) != "12345" {
		t.Errorf("at the limit: %q, %v", b, err)
	}
	if _, err := ReadFile(path, 4); err == nil || !strings.Contains(err.Error(), "larger than 4 bytes") {
		t.Errorf("above the limit: %v", err)
	}
}

func TestMakeDirFollowsNothing(t *testing.T) {
	dir := t.TempDir()
	if err := MakeDir(filepath.Join(dir, "a", "b")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if MakeDir(filepath.Join(dir, "link")) == nil {
		t.Error("a link counts as a folder of ours")
	}
}
