// Package atomicfile replaces a file so that a crash at any moment leaves
// either the old content or the new, never a mixture and never nothing.
package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
)

// stagedPrefix begins the names of files that are being written.
const stagedPrefix = ".staged-"

// WriteFile makes content the whole of the file at path, with the given
// permissions. When it returns nil, the content survives a power cut. When it
// returns an error, the old file is untouched.
func WriteFile(path string, content []byte, perm os.FileMode) error {
	f, err := CreateStaged(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer f.Discard()
	if err := f.Chmod(perm); err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.CommitTo(path)
}

// Staged is a file that is being written beside its place. Nobody sees it until
// CommitTo, so a crash or a full disk never shows half a file.
type Staged struct{ *os.File }

// CreateStaged makes a staged file, with mode 0600, in a folder that exists.
func CreateStaged(dir string) (Staged, error) {
	f, err := os.CreateTemp(dir, stagedPrefix+"*")
	return Staged{f}, err
}

// CommitTo makes the file durable and moves it to path, in the same folder.
func (s Staged) CommitTo(path string) error {
	if err := s.Sync(); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if err := os.Rename(s.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Discard removes the file. After CommitTo it does nothing.
func (s Staged) Discard() {
	s.Close()
	os.Remove(s.Name())
}

// RemoveStaged removes the staged files that killed processes left in dir. The
// caller holds the lock of everyone who writes there.
func RemoveStaged(dir string) { RemoveByPrefix(dir, stagedPrefix) }

// RemoveByPrefix removes what is in dir under names that begin with prefix. It
// cleans up after crashes, so it ignores what it cannot remove.
func RemoveByPrefix(dir, prefix string) {
	entries, _ := os.ReadDir(dir) // no folder, nothing to remove
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// SyncDir makes the names in a folder durable. A rename or a new file survives
// a power cut only once its folder was synced.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
