package programs

import (
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/kit/ownership"
)

func TestCheckSource(t *testing.T) {
	me := os.Getuid()
	for _, tt := range []struct {
		name string
		uid  int
		sudo int
		mode os.FileMode
		ok   bool
	}{
		{"not root", 1000, 0, 0o777, true},
		{"own clone, with sudo", 0, me, 0o755, true},
		{"own clone, but everyone may write", 0, me, 0o757, false},
		{"clone of another user", 0, 4711, 0o755, me == 0}, // root's own is fine for root
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "cluster")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(moduleLine), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(dir, tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := checkSource(dir, tt.uid, ownership.Users(0, tt.sudo)); (err == nil) != tt.ok {
				t.Errorf("checkSource = %v, want ok %t", err, tt.ok)
			}
		})
	}
	if os.Getuid() != 0 {
		return
	}
	dir := filepath.Join(t.TempDir(), "cluster")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, 4711, 4711); err != nil {
		t.Fatal(err)
	}
	if checkSource(dir, 0, ownership.Users(0)) == nil {
		t.Error("root builds from a folder of user 4711")
	}
}

// TestUntrustedSourceIsNotSkipped: the first folder that is found is used or
// refused.
func TestUntrustedSourceIsNotSkipped(t *testing.T) {
	clone := func(mode os.FileMode) string {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "cluster"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "cluster", "go.mod"), []byte(moduleLine), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	good, bad, empty := clone(0o755), clone(0o777), t.TempDir()
	owners := ownership.Users(0, os.Getuid())
	for _, starts := range [][]string{{bad, good}, {empty, bad}} {
		if dir, err := findSourceAbove(0, owners, starts...); err == nil {
			t.Errorf("took %s of %q", dir, starts)
		}
	}
	for _, starts := range [][]string{{good, bad}, {empty, good}} {
		if dir, err := findSourceAbove(0, owners, starts...); err != nil || dir != filepath.Join(good, "cluster") {
			t.Errorf("took %s of %q: %v", dir, starts, err)
		}
	}
	if _, err := findSourceAbove(0, ownership.Users(4711), good); err == nil {
		t.Error("root builds from a folder that belongs neither to root nor to the owner of the command")
	}
}

// Programs that another user could have put into the cache do not run as root.
func TestCheckCache(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make folders of another user")
	}
	for name, tt := range map[string]struct {
		uid     int
		sudoUID int
		spoil   func(cache, dir string) error
		ok      bool
	}{
		"own":                         {0, 0, func(cache, dir string) error { return nil }, true},
		"not root":                    {1000, 0, func(cache, dir string) error { return os.Chown(dir, 65534, 65534) }, true},
		"another user's":              {0, 0, func(cache, dir string) error { return os.Chown(dir, 65534, 65534) }, false},
		"below another user's":        {0, 1000, func(cache, dir string) error { return os.Chown(cache, 65534, 65534) }, false},
		"of the user who called sudo": {0, 65534, func(cache, dir string) error { return os.Chown(cache, 65534, 65534) }, true},
		"writable for a group":        {0, 0, func(cache, dir string) error { return openToGroup(dir, 4712) }, false},
		"writable for everyone":       {0, 0, func(cache, dir string) error { return os.Chmod(filepath.Dir(dir), 0o777) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			set := Set{Dir: filepath.Join(cache, "version-manager", "cluster", "0123")}
			if err := os.MkdirAll(set.Dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(cache, set.Dir); err != nil {
				t.Fatal(err)
			}
			if err := checkCache(cache, set, tt.uid, ownership.Users(0, tt.sudoUID)); (err == nil) != tt.ok {
				t.Errorf("checkCache = %v, want ok %t", err, tt.ok)
			}
		})
	}
}

func openToGroup(dir string, gid int) error {
	if err := os.Chown(dir, 0, gid); err != nil {
		return err
	}
	return os.Chmod(dir, 0o775)
}
