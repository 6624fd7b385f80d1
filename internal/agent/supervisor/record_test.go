package supervisor

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/kit/process"
)

func TestRecordIsKnownWhereItWasWritten(t *testing.T) {
	root := t.TempDir()
	here, moved, copied := filepath.Join(root, "here"), filepath.Join(root, "moved"), filepath.Join(root, "copied")
	for _, dir := range []string{here, copied} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	want := Record{Proc: process.Identity{PID: 4711, Start: "x"}, Key: "k"}
	if err := want.WriteTo(here, "blue-1"); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(here, "blue-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "blue-1.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := ReadRecord(copied, "blue-1"); !errors.Is(err, errCopied) || r.Proc.PID != 0 {
		t.Errorf("in a copy: %+v, %v", r, err)
	}
	if err := os.Rename(here, moved); err != nil {
		t.Fatal(err)
	}
	if r, err := ReadRecord(moved, "blue-1"); err != nil || r.Proc != want.Proc {
		t.Errorf("after a move: %+v, %v", r, err)
	}
}

func TestHasRecord(t *testing.T) {
	dir := t.TempDir()
	if HasRecord(dir) {
		t.Error("an empty folder")
	}
	if err := os.WriteFile(recordFile(dir, "blue-1"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if HasRecord(dir) {
		t.Error("a damaged record")
	}
	if err := (Record{Key: "k"}).WriteTo(dir, "green-1"); err != nil {
		t.Fatal(err)
	}
	if !HasRecord(dir) {
		t.Error("a record that was written here")
	}
}
