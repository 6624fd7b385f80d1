package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFilesArePrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	if err := openStore(t, folder, "").SaveKey(marker, time.Now()); err != nil {
		t.Fatal(err)
	}
	names := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", d.Name(), info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		names++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(marker[4:20])) {
			t.Errorf("%s contains the key in plain text", d.Name())
		}
		return err
	})
	if err != nil || names != 2 {
		t.Errorf("%d files, want 2; %v", names, err)
	}
}

func TestDamagedFiles(t *testing.T) {
	for _, name := range []string{sealedFile, secretFile} {
		for what, damage := range map[string]func([]byte) []byte{
			"empty": func([]byte) []byte { return nil },
			"half":  func(b []byte) []byte { return b[:len(b)/2] },
			"bit":   func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		} {
			folder := t.TempDir()
			s := openStore(t, folder, "")
			if err := s.SaveKey(marker, time.Now()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, name)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := s.CurrentKey(); !errors.Is(err, ErrBroken) || strings.Contains(err.Error(), "MARKER") {
				t.Errorf("%s of %s: %v, want %v", what, name, err, ErrBroken)
			}
			if err := s.SaveKey(marker, time.Now()); err != nil {
				t.Errorf("save again after %s of %s: %v", what, name, err)
			}
		}
	}
}

func TestLostSecret(t *testing.T) {
	folder := t.TempDir()
	s := openStore(t, folder, "")
	if err := s.SaveKey(marker, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, secretFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CurrentKey(); !errors.Is(err, ErrBroken) {
		t.Errorf("%v, want %v", err, ErrBroken)
	}
}

// TestConcurrentInstances: while several instances write and read, every reader sees
// a complete key.
func TestConcurrentInstances(t *testing.T) {
	folder := t.TempDir()
	var wg sync.WaitGroup
	for i := range 6 {
		s := openStore(t, folder, "")
		wg.Go(func() {
			for range 15 {
				if err := s.SaveKey(fmt.Sprintf("key-number-%d-of-the-test", i), time.Now()); err != nil {
					t.Errorf("set: %v", err)
				}
				if _, err := s.CurrentKey(); err != nil {
					t.Errorf("read: %v", err)
				}
			}
		})
	}
	wg.Wait()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 2 {
		t.Errorf("%d files are left, want 2; %v", len(left), err)
	}
}

func FuzzUnseal(f *testing.F) {
	secret := bytes.Repeat([]byte{7}, secretSize)
	sealed, err := sealKey(secret, Key{value: marker})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:11])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if k, err := unsealKey(secret, data); err == nil && k.RevealKey() != marker {
			t.Errorf("an invalid file was decrypted as %v", k)
		}
	})
}
