package keys

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const marker = "AIzaMARKER-0123456789_abcdefWXYZ"

func openStore(t *testing.T, folder, fixed string) *Store {
	t.Helper()
	s, err := OpenStore(folder, fixed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSaveAndDelete(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	s, other := openStore(t, folder, ""), openStore(t, folder, "")
	if _, err := s.CurrentKey(); !errors.Is(err, ErrNone) {
		t.Fatalf("before: %v, want %v", err, ErrNone)
	}
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	if err := s.SaveKey(marker, now); err != nil {
		t.Fatal(err)
	}
	k, err := other.CurrentKey() // another instance sees it immediately
	if err != nil || k.RevealKey() != marker || !k.Saved.Equal(now) || k.LastCharacters() != "WXYZ" || k.IsFromEnvironment() {
		t.Errorf("got %v saved %v, %v", k, k.Saved, err)
	}
	if err := other.DeleteKey(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CurrentKey(); !errors.Is(err, ErrNone) {
		t.Errorf("after delete: %v, want %v", err, ErrNone)
	}
	if err := s.DeleteKey(); err != nil {
		t.Errorf("delete again: %v", err)
	}
}

func TestKeyDoesNotPrint(t *testing.T) {
	k := Key{value: marker}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if s := fmt.Sprintf(format, k); strings.Contains(s, "MARKER") {
			t.Errorf("%s prints %s", format, s)
		}
	}
	if s := k.LogValue().String(); s != "…WXYZ" {
		t.Errorf("logs as %s", s)
	}
}

func TestEnvironmentHasPrecedence(t *testing.T) {
	folder := t.TempDir()
	if err := openStore(t, folder, "").SaveKey(marker, time.Now()); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, folder, "environment-key-0123456789")
	if k, err := s.CurrentKey(); err != nil || !k.IsFromEnvironment() || k.RevealKey() != "environment-key-0123456789" {
		t.Errorf("got %v, %v", k, err)
	}
	if err := s.SaveKey(marker, time.Now()); !errors.Is(err, ErrFixed) {
		t.Errorf("set: %v, want %v", err, ErrFixed)
	}
	if err := s.DeleteKey(); !errors.Is(err, ErrFixed) || s.IsWritable() {
		t.Errorf("delete: %v, want %v", err, ErrFixed)
	}
}

func TestSaveRefuses(t *testing.T) {
	s := openStore(t, t.TempDir(), "")
	for _, bad := range []string{"", "short", strings.Repeat("x", 201), "with space 0123456789012", "quote'0123456789012345", "newline\n012345678901234"} {
		if err := s.SaveKey(bad, time.Now()); !errors.Is(err, ErrMalformed) {
			t.Errorf("SaveKey(%q): %v, want %v", bad, err, ErrMalformed)
		}
	}
	if err := openStore(t, "", "").SaveKey(marker, time.Now()); !errors.Is(err, ErrNoFolder) {
		t.Errorf("without a folder: %v, want %v", err, ErrNoFolder)
	}
	if _, err := OpenStore("", "bad key"); !errors.Is(err, ErrMalformed) {
		t.Errorf("a bad key from the environment: %v", err)
	}
}
