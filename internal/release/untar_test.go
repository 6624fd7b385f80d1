package release

import (
	"archive/tar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/ownership"
)

func TestUnpackLayers(t *testing.T) {
	lower := tarOf(t,
		dir("usr/bin/"), file("usr/bin/sh", "#!"), link(tar.TypeSymlink, "bin", "/usr/bin"),
		file("gone", "x"), file("opaque/old", "x"), file("opaque/deep/old", "x"), file("was-folder/x", "x"), file("was-file", "x"),
		file("same", "x"), link(tar.TypeLink, "hard", "usr/bin/sh"))
	upper := tarOf(t,
		file("bin/app", "through the link"), file(".wh.gone", ""),
		file("opaque/new", "x"), file("opaque/.wh..wh..opq", ""),
		file("was-folder", "a file now"), dir("was-file/"), file("was-file/now", "x"), dir("./"), dir("bin/"))
	root, err := unpackInto(t, layeredImage(t, lower, gzipped(t, tarOf(t, file(".wh.same", ""))), upper))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"bin -> usr/bin", "hard", "opaque/new", "usr/bin/app", "usr/bin/sh", "was-file/now", "was-folder"}
	if got := files(t, root); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// In an image everybody is its own users. On this machine everybody includes
// strangers, who must not be able to change what an app runs.
func TestUnpackKeepsStrangersOut(t *testing.T) {
	open := dir("open/")
	open.Mode = 0o1777
	shared := file("open/shared", "x")
	shared.Mode = 0o666
	group := file("group", "x")
	group.Mode = 0o775
	img := testImage(t, open, shared, group)
	owners := []*Owner{nil}
	if os.Geteuid() == 0 {
		owners = append(owners, &Owner{Image: 1000, UID: 1000, GID: 1000})
	}
	for _, owner := range owners {
		s, root := NewStore(t.TempDir()), filepath.Join(t.TempDir(), "root")
		if err := s.AddImage(img); err != nil {
			t.Fatal(err)
		}
		if err := s.Unpack(t.Context(), img.Digest, root, owner); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]os.FileMode{"open": 0o755, "open/shared": 0o644, "group": 0o755} {
			info, err := os.Stat(filepath.Join(root, name))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, want)
			}
			if owner != nil && name != "group" && ownership.Owner(info) != owner.UID {
				t.Errorf("%s belongs to %d, and the image's user may not write to it", name, ownership.Owner(info))
			}
		}
	}
}

func TestUnpackCannotLeave(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, map[string]string{"victim": "untouched"})
	for name, entries := range map[string][]entry{
		"dots in name":           {file("../../outside/victim", "x")},
		"dots within":            {file("a/../../victim", "x")},
		"hard link out":          {link(tar.TypeLink, "x", "../victim"), file("x", "y")},
		"write through link":     {link(tar.TypeSymlink, "d", outside), file("d/victim", "x")},
		"write through relative": {link(tar.TypeSymlink, "d", "../../../../../../.."+outside), file("d/victim", "x")},
		"whiteout of parent":     {file("a/.wh...", "")},
		"whiteout of itself":     {file("a/.wh.", "")},
		"link over link":         {link(tar.TypeSymlink, "d", outside), link(tar.TypeLink, "e", "d/victim")},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := unpackInto(t, testImage(t, entries...))
			if err == nil {
				if got := files(t, root); slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, "..") }) {
					t.Errorf("files %q", got)
				}
			}
			if b, err := os.ReadFile(filepath.Join(outside, "victim")); string(b) != "untouched" {
				t.Errorf("the file outside is %q, %v", b, err)
			}
		})
	}
}

func TestUnpackMakesLinksStayInside(t *testing.T) {
	root, err := unpackInto(t, testImage(t,
		link(tar.TypeSymlink, "etc/abs", "/usr/x"), link(tar.TypeSymlink, "etc/up", "../../../../y"), link(tar.TypeSymlink, "etc/rel", "z")))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := files(t, root), []string{"etc/abs -> ../usr/x", "etc/rel -> z", "etc/up -> ../y"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// A link is judged by the folder that it is really in: one that was made
// through another link, or that is another name of one, is as high up as its
// name is deep.
func TestNoChainOfLinksLeaves(t *testing.T) {
	up := link(tar.TypeSymlink, "deep/a/b/up", "../../..")
	for name, entries := range map[string][]entry{
		"made through a link":           {up, link(tar.TypeSymlink, "deep/a/b/up/out", "/etc/passwd")},
		"made through two":              {up, link(tar.TypeSymlink, "x/y/again", "/deep/a/b/up"), link(tar.TypeSymlink, "x/y/again/out", "../../../etc/passwd")},
		"another name of a link":        {link(tar.TypeSymlink, "deep/a/b/l", "/etc/passwd"), link(tar.TypeLink, "out", "deep/a/b/l")},
		"another name through a link":   {up, link(tar.TypeSymlink, "deep/a/b/l", "/etc/passwd"), link(tar.TypeLink, "deep/a/b/up/out", "deep/a/b/l")},
		"climbs behind a link":          {up, link(tar.TypeSymlink, "out", "deep/a/b/up/../etc/passwd")},
		"climbs behind another layer's": {up, link(tar.TypeSymlink, "deep/a/out", "b/up/../../../../etc/passwd")},
		"folder behind a link":          {up, link(tar.TypeSymlink, "out", "deep/a/b/up/.."), file("out/etc/x", "x")},
		"loop":                          {link(tar.TypeSymlink, "out", "out"), file("out/x", "x")},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := unpackInto(t, testImage(t, entries...))
			if err == nil {
				linksStayInside(t, root)
			}
		})
	}
}

// linksStayInside checks of every link that it goes up at its beginning only,
// and not above the root. A chain of such links cannot leave either.
func linksStayInside(t *testing.T, root string) {
	t.Helper()
	for _, f := range files(t, root) {
		name, target, isLink := strings.Cut(f, " -> ")
		if !isLink {
			continue
		}
		up := 0
		for rest := target; strings.HasPrefix(rest+"/", "../"); up++ {
			rest = strings.TrimPrefix(strings.TrimPrefix(rest, ".."), "/")
		}
		if filepath.IsAbs(target) || up > strings.Count(name, "/") || climbsLate(target) {
			t.Errorf("%s can leave", f)
		}
	}
}

// FuzzUntar checks that no stream of entries writes outside the folder.
func FuzzUntar(f *testing.F) {
	f.Add("a/b", "c", byte(tar.TypeReg), "d", "e", byte(tar.TypeSymlink))
	f.Add("d", "/etc", byte(tar.TypeSymlink), "d/x", "", byte(tar.TypeReg))
	f.Add("d", "..", byte(tar.TypeSymlink), "d/.wh.x", "", byte(tar.TypeReg))
	f.Add("a", "../x", byte(tar.TypeLink), ".wh..wh..opq", "", byte(tar.TypeReg))
	f.Add("a/b/l", "/etc", byte(tar.TypeSymlink), "l", "a/b/l", byte(tar.TypeLink))
	f.Add("a/b/l", "/", byte(tar.TypeSymlink), "a/b/l/out", "/etc", byte(tar.TypeSymlink))
	f.Fuzz(func(t *testing.T, name1, link1 string, kind1 byte, name2, link2 string, kind2 byte) {
		parent := t.TempDir()
		write(t, parent, map[string]string{"x": "untouched"})
		mkdir(t, filepath.Join(parent, "root"))
		root, err := os.OpenRoot(filepath.Join(parent, "root"))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		u, made := &untar{root: root, layer: true}, map[string]bool{}
		for _, h := range []tar.Header{{Name: name1, Linkname: link1, Typeflag: kind1}, {Name: name2, Linkname: link2, Typeflag: kind2}} {
			_ = u.entry(&h, strings.NewReader("content"), made) // may fail, must not escape
		}
		nothingLeftBut(t, parent, "x", "root")
		linksStayInside(t, filepath.Join(parent, "root"))
		if b, _ := os.ReadFile(filepath.Join(parent, "x")); string(b) != "untouched" {
			t.Errorf("the file outside is %q", b)
		}
	})
}
