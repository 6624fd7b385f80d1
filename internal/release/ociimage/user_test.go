package ociimage

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

const (
	testPasswd = "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken\nada:x:1000:1001::/home/ada:/bin/sh\nbig:x:4294967296:1:\n"
	testGroups = "root:x:0:\nada:x:1001:\nvideo:x:44:ada,bob\naudio:x:29:bob\n"
)

// userOf resolves a USER in an image of the given layers.
func userOf(t *testing.T, user string, layers ...[]byte) (User, error) {
	t.Helper()
	img := layeredImage(t, layers...)
	img.Config.Config.User = user
	return img.ResolveUser()
}

func TestUser(t *testing.T) {
	layer := releasetest.MakeTar(t, releasetest.FileEntry("etc/passwd", testPasswd), releasetest.FileEntry("./etc/group", testGroups))
	for user, want := range map[string]User{
		"":           {UID: 0, GID: 0},
		"root":       {UID: 0, GID: 0},
		"0":          {UID: 0, GID: 0},
		"ada":        {UID: 1000, GID: 1001, Groups: []int{44}},
		"1000":       {UID: 1000, GID: 1001, Groups: []int{44}},
		"4711":       {UID: 4711},
		"ada:video":  {UID: 1000, GID: 44},
		"ada:29":     {UID: 1000, GID: 29},
		"1000:4711":  {UID: 1000, GID: 4711},
		"4711:audio": {UID: 4711, GID: 29},
		"2147483647": {UID: 2147483647},
	} {
		got, err := userOf(t, user, layer)
		if err != nil || got.Name != user || got.UID != want.UID || got.GID != want.GID || !slices.Equal(got.Groups, want.Groups) {
			t.Errorf("%q: %+v, %v, want %+v", user, got, err, want)
		}
	}
	for _, user := range []string{"eve", "ada:eve", "-1", "2147483648", "big", "a\x00", "eve:0"} {
		_, err := userOf(t, user, layer)
		releasetest.WantProblem(t, err, problem.Failed, "cannot be run: its user", "by number")
	}
}

// The files are those of all layers together.
func TestUserOfLayers(t *testing.T) {
	lower := releasetest.MakeTar(t, releasetest.FileEntry("etc/passwd", "ada:x:1:1:\n"))
	for name, tt := range map[string]struct {
		upper []byte
		uid   int // -1: unknown
	}{
		"replaced":    {releasetest.MakeTar(t, releasetest.FileEntry("etc/passwd", "ada:x:2:2:\n")), 2},
		"untouched":   {releasetest.GzipBytes(t, releasetest.MakeTar(t, releasetest.FileEntry("etc/other", ""))), 1},
		"removed":     {releasetest.MakeTar(t, releasetest.FileEntry("etc/.wh.passwd", "")), -1},
		"folder gone": {releasetest.MakeTar(t, releasetest.FileEntry(".wh.etc", "")), -1},
		"opaque":      {releasetest.MakeTar(t, releasetest.FileEntry("etc/.wh..wh..opq", "")), -1},
		"twice":       {releasetest.MakeTar(t, releasetest.FileEntry("etc/passwd", "ada:x:3:3:\n"), releasetest.FileEntry("etc/passwd", "ada:x:4:4:\n")), 4},
	} {
		got, err := userOf(t, "ada", lower, tt.upper)
		if tt.uid < 0 && err == nil || tt.uid >= 0 && (err != nil || got.UID != tt.uid) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	_, err := userOf(t, "ada", releasetest.MakeTar(t, releasetest.FileEntry("etc/passwd", strings.Repeat("#", maxDocument+1))))
	wantError(t, err, "too large")
}

func FuzzUser(f *testing.F) {
	f.Add("ada:video", testPasswd, testGroups)
	f.Add("1000", "a:b:c:d", ":::")
	f.Fuzz(func(t *testing.T, user, passwd, groups string) {
		e, ok := findAccount([]byte(passwd), user)
		if ok && (e.uid < 0 || e.uid > maxID || e.gid < 0 || e.gid > maxID) {
			t.Errorf("account %+v", e)
		}
		if id, ok := findGroup([]byte(groups), user); ok && (id < 0 || id > maxID) {
			t.Errorf("group %d", id)
		}
		for _, id := range groupsOf([]byte(groups), user) {
			if id < 0 || id > maxID {
				t.Errorf("member of %d", id)
			}
		}
	})
}

func TestLocalNote(t *testing.T) {
	for _, tt := range []struct {
		user User
		euid int
		want string
	}{
		{User{}, 0, ""}, {User{}, 1000, ""},
		{User{Name: "root"}, 0, "as user 65532"}, {User{Name: "root"}, 1000, ""},
		{User{Name: "65532", UID: Nobody}, 1000, ""}, {User{Name: "web", UID: 33}, 0, ""},
		{User{Name: "web", UID: 33}, 1000, "as you"}, {User{Name: "ada", UID: 1000}, 1000, ""},
	} {
		if got := tt.user.LocalNote(tt.euid); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%+v for %d: %q, want %q", tt.user, tt.euid, got, tt.want)
		}
	}
}
