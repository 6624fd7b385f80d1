package statedir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/kit/ownership"
)

// made is a state folder that was bound here, with a base folder.
func made(t *testing.T) (dir, base string) {
	t.Helper()
	base = filepath.Join(t.TempDir(), "base")
	dir = filepath.Join(base, "shop-1")
	must(t, os.MkdirAll(filepath.Join(dir, "apps", "shop", "run"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "apps", "shop", "state.json"), []byte("state"), 0o600))
	must(t, WriteBinding(dir, base, "/project"))
	return dir, base
}

func us() ownership.Trust { return ownership.Users(os.Geteuid(), 0) }

// TestVerify has a row for each way in which a state folder comes to a place
// where it was not made.
func TestVerify(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, dir, base string) (at string)
		want   error
	}{
		"as it was made": {func(_ *testing.T, dir, _ string) string { return dir }, nil},
		"through a link": {func(t *testing.T, dir, base string) string {
			must(t, os.Symlink(dir, filepath.Join(base, "link")))
			return filepath.Join(base, "link")
		}, nil},
		"copied": {func(t *testing.T, dir, _ string) string {
			must(t, os.CopyFS(dir+"2", os.DirFS(dir)))
			return dir + "2"
		}, ErrElsewhere},
		"renamed": {func(t *testing.T, dir, _ string) string {
			must(t, os.Rename(dir, dir+"2"))
			return dir + "2"
		}, ErrElsewhere},
		"without a binding": {func(t *testing.T, dir, _ string) string {
			must(t, os.Remove(filepath.Join(dir, bindingFile)))
			return dir
		}, ErrUnbound},
		"damaged binding": {func(t *testing.T, dir, _ string) string {
			must(t, os.WriteFile(filepath.Join(dir, bindingFile), []byte(`{"machine":`), 0o600))
			return dir
		}, ErrUnbound},
		"binding is a link": {func(t *testing.T, dir, base string) string {
			must(t, os.Rename(filepath.Join(dir, bindingFile), filepath.Join(base, "b")))
			must(t, os.Symlink(filepath.Join(base, "b"), filepath.Join(dir, bindingFile)))
			return dir
		}, ErrUnbound},
		"another machine":              {edit(func(b *Binding) { b.Machine = bySystem + "0123456789abcdef" }), ErrElsewhere},
		"another number of the user's": {edit(func(b *Binding) { b.Machine = byUser + "0123456789abcdef" }), ErrElsewhere},
		"another user":                 {edit(func(b *Binding) { b.UID = 4711 }), ErrElsewhere},
		"another folder":               {edit(func(b *Binding) { b.Path = "/elsewhere" }), ErrElsewhere},
		"a move that was not ended, before the rename": {edit(func(b *Binding) { b.From, b.Path = b.Path, "/elsewhere" }), nil},
		"everybody may write": {func(t *testing.T, dir, _ string) string {
			must(t, os.Chmod(dir, 0o777))
			return dir
		}, ownership.ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			dir, base := made(t)
			at := tt.change(t, dir, base)
			if err := VerifyBinding(at, base, us()); !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func edit(change func(*Binding)) func(*testing.T, string, string) string {
	return func(t *testing.T, dir, _ string) string {
		b, err := ReadBinding(dir)
		must(t, err)
		change(&b)
		must(t, write(dir, b))
		return dir
	}
}

// TestMoveAtEveryCrash: whatever a move had done when it died, the folder is
// whole at one place, counts there, and the move can be repeated.
func TestMoveAtEveryCrash(t *testing.T) {
	for name, die := range map[string]func(from, to, base string) error{
		"not begun": func(from, to, base string) error { return nil },
		"noted":     func(from, to, base string) error { return write(from, moving(from, to, base)) },
		"renamed": func(from, to, base string) error {
			return errors.Join(write(from, moving(from, to, base)), os.Rename(from, to))
		},
		"half a copy": func(from, to, base string) error {
			return errors.Join(write(from, moving(from, to, base)), os.MkdirAll(to+copying+"/apps", 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			from, base := made(t)
			to := filepath.Join(base, "shop-2")
			must(t, die(from, to, base))
			if exists(to) {
				must(t, VerifyBinding(to, base, us()))
			} else {
				must(t, VerifyBinding(from, base, us()))
				must(t, MoveFolder(from, to, base, "/project"))
			}
			must(t, VerifyBinding(to, base, us()))
			if content, err := os.ReadFile(filepath.Join(to, "apps", "shop", "state.json")); err != nil || string(content) != "state" || exists(from) {
				t.Errorf("%q, %v; the old one exists: %t", content, err, exists(from))
			}
		})
	}
}

func moving(from, to, base string) Binding {
	return Binding{Machine: makeMachine(base), UID: os.Geteuid(), Path: to, From: RealPath(from)}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestMoveOverwritesNothing(t *testing.T) {
	from, base := made(t)
	to := filepath.Join(base, "shop-2")
	must(t, os.MkdirAll(filepath.Join(to, "apps"), 0o700))
	if MoveFolder(from, to, base, "/project") == nil || !exists(filepath.Join(from, "apps")) {
		t.Error("moved over another state folder")
	}
}

// TestCopyTree is what a move to another file system does.
func TestCopyTree(t *testing.T) {
	from := filepath.Join(t.TempDir(), "from")
	must(t, os.MkdirAll(filepath.Join(from, "data", "shop", "closed"), 0o700))
	must(t, os.WriteFile(filepath.Join(from, "data", "shop", "closed", "run.sh"), []byte("#!"), 0o600))
	must(t, os.Chmod(filepath.Join(from, "data", "shop", "closed", "run.sh"), 0o755))
	must(t, os.Chmod(filepath.Join(from, "data", "shop", "closed"), 0o500))
	must(t, os.Symlink("closed", filepath.Join(from, "data", "shop", "link")))
	must(t, syscall.Mkfifo(filepath.Join(from, "pipe"), 0o600))
	to := filepath.Join(t.TempDir(), "to")
	must(t, copyTree(from, to))
	for path, want := range map[string]fs.FileMode{"data/shop/closed": 0o500 | fs.ModeDir, "data/shop/closed/run.sh": 0o755, "data/shop/link": fs.ModeSymlink | 0o777} {
		if info, err := os.Lstat(filepath.Join(to, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, info, err, want)
		}
	}
	if exists(filepath.Join(to, "pipe")) {
		t.Error("a pipe was copied")
	}
	must(t, os.Chmod(filepath.Join(from, "data", "shop", "closed"), 0o700)) // so that it can be removed
	must(t, os.Chmod(filepath.Join(to, "data", "shop", "closed"), 0o700))
}

// TestInspect finds the link that makes an agent write elsewhere, and leaves
// the app's own files alone.
func TestInspect(t *testing.T) {
	dir, _ := made(t)
	must(t, os.MkdirAll(filepath.Join(dir, "data", "shop"), 0o700))
	must(t, os.Symlink("/", filepath.Join(dir, "data", "shop", "theirs")))
	must(t, InspectFolder(dir, us()))
	for _, place := range []string{"agent.log", "apps/shop/logs", "data/other", "rootfs"} {
		path := filepath.Join(dir, place)
		must(t, os.Symlink("/etc/hostname", path))
		if err := InspectFolder(dir, us()); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("a link %s: %v", place, err)
		}
		must(t, os.Remove(path))
	}
}

// TestBase: where the state is kept, and where it cannot be.
func TestBase(t *testing.T) {
	home := t.TempDir()
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"HOME": home}, home + "/.local/state/version-manager"},
		{map[string]string{"HOME": "/nonexistent", "XDG_STATE_HOME": home}, home + "/version-manager"},
		{map[string]string{"HOME": home, "XDG_STATE_HOME": "relative"}, home + "/.local/state/version-manager"},
		{map[string]string{"HOME": "/proc/1"}, ""},
		{map[string]string{"HOME": "relative"}, ""},
	} {
		if got, err := BaseFolder(func(name string) string { return tt.env[name] }, t.TempDir()); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%v: %q, %v, want %q", tt.env, got, err, tt.want)
		}
	}
}

// TestDefault: two clones have two states.
func TestDefault(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	link := filepath.Join(b, "link")
	must(t, os.Symlink(a, link))
	if DefaultFolder("/base", "shop", a) == DefaultFolder("/base", "shop", b) {
		t.Error("two folders have one state")
	}
	if DefaultFolder("/base", "shop", a) != DefaultFolder("/base", "shop", link) {
		t.Error("one folder has two states")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
