package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// TestFindRoot has a row for each folder that the search goes through or ends
// at. Rows that need two users are root's.
func TestFindRoot(t *testing.T) {
	const stranger = 4711
	for _, tt := range []struct {
		name  string
		mode  fs.FileMode // of the folder with the file, which is above the one that is worked in
		owner int         // of that folder; 0: ours
		file  int         // of the file
		found bool
		sudo  int // who called sudo
	}{
		{name: "your own", mode: 0o755, found: true},
		{name: "everybody may write", mode: 0o777},
		{name: "everybody may write, as in /tmp", mode: 0o777 | fs.ModeSticky},
		{name: "a stranger's folder", mode: 0o755, owner: stranger},
		{name: "a stranger's file in a folder as /tmp", mode: 0o777 | fs.ModeSticky, file: stranger},
		{name: "the folder of who called sudo", mode: 0o755, owner: stranger, file: stranger, sudo: stranger, found: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if (tt.owner != 0 || tt.file != 0) && os.Geteuid() != 0 {
				t.Skip("only root can give files away")
			}
			above := t.TempDir()
			file, work := writeApp(t, above), filepath.Join(above, "a", "b")
			err := errors.Join(os.MkdirAll(work, 0o755), os.Chown(file, own(tt.file), -1), os.Chown(above, own(tt.owner), -1), os.Chmod(above, tt.mode))
			if err != nil {
				t.Fatal(err)
			}
			trust := ownership.Users(os.Geteuid(), tt.sudo)
			root, err := findRoot(work, trust)
			if tt.found {
				if _, readErr := readConfig(file, trust); err != nil || root != above || readErr != nil {
					t.Errorf("got %s, %v, %v", root, err, readErr)
				}
				return
			}
			if problem.KindOf(err) != problem.NotFound || !strings.Contains(err.Error(), "is ignored") {
				t.Errorf("got %s, %v, want an error that says what is ignored", root, err)
			}
		})
	}
}

func own(uid int) int {
	if uid == 0 {
		return os.Geteuid()
	}
	return uid
}

func writeApp(t *testing.T, dir string) (file string) {
	t.Helper()
	file = filepath.Join(dir, "version-manager.yaml")
	if err := os.WriteFile(file, []byte(strings.Join(smallestConfig(), "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestConfigOfAnother: a configuration is not read if somebody else could have
// written it, also where it is named outright.
func TestConfigOfAnother(t *testing.T) {
	trust := ownership.Users(os.Geteuid(), 0)
	for name, spoil := range map[string]func(file string) error{
		"everybody may write": func(file string) error { return os.Chmod(file, 0o666) },
		"named pipe":          func(file string) error { return errors.Join(os.Remove(file), syscall.Mkfifo(file, 0o600)) },
		"folder":              func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o700)) },
		"endless":             func(file string) error { return errors.Join(os.Remove(file), os.Symlink("/dev/zero", file)) },
		"too large":           func(file string) error { return os.Truncate(file, 1<<40) },
		"folder is open":      func(file string) error { return os.Chmod(filepath.Dir(file), 0o777) },
	} {
		t.Run(name, func(t *testing.T) {
			file := writeApp(t, t.TempDir())
			if err := spoil(file); err != nil {
				t.Fatal(err)
			}
			if _, err := readConfig(file, trust); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
