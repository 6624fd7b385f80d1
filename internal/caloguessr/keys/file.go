package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"version-manager/internal/kit/atomicfile"
)

// Files in the folder.
const (
	secretFile = "unlock.bin"
	sealedFile = "gemini.sealed"

	maxFileSize = 4096 // bytes; our files have a few hundred
)

// ensureSecret returns the secret of the folder, and creates it if it does not exist.
// Instances that start at the same time agree on one, because only one of them can
// create the link.
func (s *Store) ensureSecret() ([]byte, error) {
	secret, err := s.readFile(secretFile)
	if err == nil && len(secret) == secretSize {
		return secret, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	damaged := err == nil
	fresh := make([]byte, secretSize)
	rand.Read(fresh) // never fails
	if damaged {
		return fresh, s.replaceFile(secretFile, fresh)
	}
	if err := s.createFile(secretFile, fresh); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return s.readFile(secretFile)
}

func (s *Store) readFile(name string) ([]byte, error) {
	f, err := os.Open(filepath.Join(s.folder, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFileSize))
}

// replaceFile writes a file atomically: readers see the old or the new content, and
// the new content survives a power failure.
func (s *Store) replaceFile(name string, data []byte) error {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(s.folder, name), data, 0o600)
}

// createFile is like replaceFile, but fails if the file exists.
func (s *Store) createFile(name string, data []byte) error {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	f, err := atomicfile.CreateStaged(s.folder)
	if err != nil {
		return err
	}
	defer f.Discard()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync()); err != nil {
		return fmt.Errorf("write %s: %w", f.Name(), err)
	}
	if err := os.Link(f.Name(), filepath.Join(s.folder, name)); err != nil {
		return err
	}
	return atomicfile.SyncDir(s.folder)
}

func (s *Store) removeFile(name string) error {
	if err := os.Remove(filepath.Join(s.folder, name)); err != nil {
		return err
	}
	return atomicfile.SyncDir(s.folder)
}
