package ownership

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestPath has a row for each way in which somebody else could have written a
// file, beside those that are nobody's business.
func TestPath(t *testing.T) {
	const stranger = 4711
	me := os.Geteuid()
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, dir string) (path string)
		trust   Trust
		foreign bool
		root    bool // it takes root to make that
	}{
		{name: "your own", prepare: plain(0o700, 0o600)},
		{name: "readable for everybody", prepare: plain(0o755, 0o644)},
		{name: "folder open to everybody", prepare: plain(0o777, 0o644), foreign: true},
		{name: "sticky folder, own file", prepare: plain(0o777|fs.ModeSticky, 0o644)},
		{name: "file open to everybody", prepare: plain(0o755, 0o666), foreign: true},
		{name: "not there yet", prepare: func(_ *testing.T, dir string) string { return filepath.Join(dir, "a", "b") }},
		{name: "not there yet, in an open folder", prepare: func(t *testing.T, dir string) string {
			mode(t, dir, 0o777)
			return filepath.Join(dir, "a", "b")
		}, foreign: true},
		{name: "link to an open folder", prepare: func(t *testing.T, dir string) string {
			to := plain(0o777, 0o644)(t, filepath.Join(dir, "elsewhere"))
			must(t, os.Symlink(filepath.Dir(to), filepath.Join(dir, "link")))
			return filepath.Join(dir, "link", filepath.Base(to))
		}, foreign: true},
		{name: "relative link to your own", prepare: func(t *testing.T, dir string) string {
			plain(0o755, 0o644)(t, filepath.Join(dir, "elsewhere"))
			must(t, os.MkdirAll(filepath.Join(dir, "below"), 0o700))
			must(t, os.Symlink("../elsewhere/file", filepath.Join(dir, "below", "link")))
			return filepath.Join(dir, "below", "link")
		}},
		{name: "vouched for", prepare: plain(0o777, 0o666), trust: Trust{users: []int{me, 0}, safe: []string{"/"}}},
		{name: "another user's file", prepare: owned(stranger, 0, 0), foreign: true, root: true},
		{name: "another user's folder", prepare: owned(0, stranger, 0), foreign: true, root: true},
		{name: "the file of who called sudo", prepare: owned(stranger, stranger, 0), trust: Users(0, stranger), root: true},
		{name: "group of others", prepare: group(4712), foreign: true, root: true},
		{name: "group of your own", prepare: group(0), root: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root && me != 0 {
				t.Skip("only root can give files away")
			}
			trust := tt.trust
			if trust.users == nil {
				trust = Users(me, 0)
			}
			path := tt.prepare(t, t.TempDir())
			err := trust.Path(path)
			if errors.Is(err, ErrForeign) != tt.foreign || !tt.foreign && err != nil {
				t.Errorf("Path(%s) = %v, want foreign: %t", path, err, tt.foreign)
			}
		})
	}
}

// TestSharedGroup: a group that is called like its user can have other members.
func TestSharedGroup(t *testing.T) {
	const users = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:1001::/:/bin/sh\neve:x:1002:1000::/:/bin/sh\n"
	const noEve = "ada:x:1000:1000::/home/ada:/bin/sh\n"
	for _, tt := range []struct {
		groups, users string
		want          bool
	}{
		{"ada:x:1000:\nbob:x:1001:ada\n", noEve, false},
		{"ada:x:1000:ada,root\n", noEve, false},
		{"ada:x:1000:bob\n", noEve, true},
		{"ada:x:1000:ada,bob\n", noEve, true},
		{"ada:x:1000:\n", users, true},
		{"", "", false},
		{"ada:x:1000\n:::\n", "x\n", false},
	} {
		if got := shared([]byte(tt.groups), []byte(tt.users), 1000, "ada"); got != tt.want {
			t.Errorf("%q, %q: %t", tt.groups, tt.users, got)
		}
	}
}

// FuzzShared: whatever is in the tables, a line about somebody else never
// makes a group private.
func FuzzShared(f *testing.F) {
	f.Add("ada:x:1000:ada,bob\n", "ada:x:1000:1000::/:/bin/sh\n")
	f.Add("::::\n\n:", "a:b:c")
	f.Fuzz(func(t *testing.T, groups, users string) {
		if !shared([]byte(groups+"\nada:x:1000:bob\n"), []byte(users), 1000, "ada") {
			t.Errorf("a member is overlooked after %q", groups)
		}
		if !shared([]byte(groups), []byte(users+"\nbob:x:1:1000::/:/bin/sh\n"), 1000, "ada") {
			t.Errorf("a user is overlooked after %q", users)
		}
	})
}

// TestLinkLoop ends.
func TestLinkLoop(t *testing.T) {
	loop := filepath.Join(t.TempDir(), "loop")
	must(t, os.Symlink("loop", loop))
	done := make(chan error, 1)
	go func() { done <- Users(os.Geteuid(), 0).Path(loop) }()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a link to itself is taken")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a link to itself is followed forever")
	}
}

// TestSudo: only who became root by sudo is believed, and only by root.
func TestSudo(t *testing.T) {
	for _, uid := range []string{"4711", "", "-1", "0", "x"} {
		trust := Of(func(name string) string { return map[string]string{"SUDO_UID": uid}[name] })
		n, _ := strconv.Atoi(uid) // text that is not a number means no user
		if want := os.Geteuid() == 0 && uid == "4711"; trust.Includes(4711) != want || n < 0 && trust.Includes(n) {
			t.Errorf("SUDO_UID=%s: %+v", uid, trust)
		}
	}
}

func plain(dirMode, fileMode fs.FileMode) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		must(t, os.MkdirAll(dir, 0o700))
		file := filepath.Join(dir, "file")
		must(t, os.WriteFile(file, nil, 0o600))
		mode(t, file, fileMode)
		mode(t, dir, dirMode)
		return file
	}
}

func owned(file, dir, above int) func(*testing.T, string) string {
	return func(t *testing.T, top string) string {
		path := plain(0o755, 0o644)(t, filepath.Join(top, "dir"))
		must(t, os.Chown(path, file, file))
		must(t, os.Chown(filepath.Dir(path), dir, dir))
		must(t, os.Chown(top, above, above))
		return path
	}
}

func group(gid int) func(*testing.T, string) string {
	return func(t *testing.T, dir string) string {
		path := plain(0o755, 0o644)(t, dir)
		must(t, os.Chown(dir, -1, gid))
		mode(t, dir, 0o775)
		return path
	}
}

func mode(t *testing.T, path string, m fs.FileMode) {
	t.Helper()
	must(t, os.Chmod(path, m))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
