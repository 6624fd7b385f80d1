package keys

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	return s.writeFile(data, func(temp string) error {
		return os.Rename(temp, filepath.Join(s.folder, name))
	})
}

// createFile is like replaceFile, but fails if the file exists.
func (s *Store) createFile(name string, data []byte) error {
	return s.writeFile(data, func(temp string) error {
		return os.Link(temp, filepath.Join(s.folder, name))
	})
}

func (s *Store) writeFile(data []byte, publish func(temp string) error) (err error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.folder, ".new-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no longer there after a rename
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.Name(), err)
	}
	if err := publish(f.Name()); err != nil {
		return err
	}
	return s.syncFolder()
}

func (s *Store) removeFile(name string) error {
	if err := os.Remove(filepath.Join(s.folder, name)); err != nil {
		return err
	}
	return s.syncFolder()
}

func (s *Store) syncFolder() error {
	d, err := os.Open(s.folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
