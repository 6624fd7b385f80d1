package release

import (
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/filelock"
)

const (
	filePerm = 0o600
	dirPerm  = 0o700

	stagedPrefix = ".staged-"
)

// staged is a file that is being written beside its place. Until commit
// nobody sees it, so a crash or a full disk never shows half a file.
type staged struct{ *os.File }

// stage makes a new staged file in dir, and dir if need be.
func stage(dir string) (staged, error) {
	if err := os.MkdirAll(dir, dirPerm); err != nil {
		return staged{}, err
	}
	f, err := os.CreateTemp(dir, stagedPrefix+"*") // with filePerm
	return staged{f}, err
}

// commit makes the file durable and puts it at path, in the same folder.
func (s staged) commit(path string) error {
	if err := s.Sync(); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if err := os.Rename(s.Name(), path); err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}

// abort throws the file away; after commit it does nothing.
func (s staged) abort() {
	s.Close()
	os.Remove(s.Name())
}

// writeAtomic replaces the content of the file at path.
func writeAtomic(path string, content []byte) error {
	f, err := stage(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer f.abort()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.commit(path)
}

// sweep removes what a killed process left half done in dir. The caller holds
// the lock of all who write there.
func sweep(dir, prefix string) {
	entries, _ := os.ReadDir(dir) // no folder, nothing to sweep
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// lock waits for the lock file at path and returns how to unlock it.
func lock(path string) (unlock func(), err error) {
	f, err := filelock.OpenLocked(path)
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}
