package main

import (
	"os"
	"path/filepath"
	"testing"
)

func args(folder, action string) []string {
	return []string{"-p", folder, "-s", "1048576", "-m", "Filesystem", "-a", action}
}

func TestCreateAndDelete(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "pvc-1_default_data")
	for range 2 { // the provisioner repeats a command after a timeout
		if err := runAction(args(folder, "create")); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o777 {
		t.Fatalf("after create: %v, %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "row"), []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := runAction(args(folder, "delete")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("after delete: %v", err)
	}
}

func TestRefusesOtherFolders(t *testing.T) {
	for _, folder := range []string{"", "relative/pvc", "/", "/data", "/data/../etc/pvc", "/data/pvc/"} {
		if err := runAction(args(folder, "delete")); err == nil {
			t.Errorf("%q was accepted", folder)
		}
	}
	if err := runAction(args("/data/pvc-1", "format")); err == nil {
		t.Error("an unknown action was accepted")
	}
}
