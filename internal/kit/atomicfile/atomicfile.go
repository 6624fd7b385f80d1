// Package atomicfile replaces a file so that a crash at any moment leaves
// either the old content or the new, never a mixture and never nothing.
package atomicfile

import (
	"os"
	"path/filepath"
)

// Write makes content the whole of the file at path, with the given
// permissions. When it returns nil the content will survive a power cut; when
// it returns an error the old file is untouched.
func Write(path string, content []byte, perm os.FileMode) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = f.Chmod(perm); err != nil {
		return err
	}
	if _, err = f.Write(content); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// SyncDir makes the names in a folder durable. A rename or a new file is only
// safe from a power cut once its folder is.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
