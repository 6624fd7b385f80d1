package ociimage

import (
	"archive/tar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/release/releasetest"
)

func TestUnpackLayers(t *testing.T) {
	lower := releasetest.MakeTar(t,
		releasetest.DirEntry("usr/bin/"), releasetest.FileEntry("usr/bin/sh", "#!"), releasetest.LinkEntry(tar.TypeSymlink, "bin", "/usr/bin"),
		releasetest.FileEntry("gone", "x"), releasetest.FileEntry("opaque/old", "x"), releasetest.FileEntry("opaque/deep/old", "x"), releasetest.FileEntry("was-folder/x", "x"), releasetest.FileEntry("was-file", "x"),
		releasetest.FileEntry("same", "x"), releasetest.LinkEntry(tar.TypeLink, "hard", "usr/bin/sh"))
	upper := releasetest.MakeTar(t,
		releasetest.FileEntry("bin/app", "through the link"), releasetest.FileEntry(".wh.gone", ""),
		releasetest.FileEntry("opaque/new", "x"), releasetest.FileEntry("opaque/.wh..wh..opq", ""),
		releasetest.FileEntry("was-folder", "a file now"), releasetest.DirEntry("was-file/"), releasetest.FileEntry("was-file/now", "x"), releasetest.DirEntry("./"), releasetest.DirEntry("bin/"))
	root, err := unpackInto(t, layeredImage(t, lower, releasetest.GzipBytes(t, releasetest.MakeTar(t, releasetest.FileEntry(".wh.same", ""))), upper))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"bin -> usr/bin", "hard", "opaque/new", "usr/bin/app", "usr/bin/sh", "was-file/now", "was-folder"}
	if got := releasetest.ListFiles(t, root); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// In an image everybody is its own users. On this machine everybody includes
// strangers, who must not be able to change what an app runs.
func TestUnpackKeepsStrangersOut(t *testing.T) {
	open := releasetest.DirEntry("open/")
	open.Mode = 0o1777
	shared := releasetest.FileEntry("open/shared", "x")
	shared.Mode = 0o666
	group := releasetest.FileEntry("group", "x")
	group.Mode = 0o775
	img := testImage(t, open, shared, group)
	owners := []*Owner{nil}
	if os.Geteuid() == 0 {
		owners = append(owners, &Owner{Image: 1000, UID: 1000, GID: 1000})
	}
	for _, owner := range owners {
		s, root := openImages{}, filepath.Join(t.TempDir(), "root")
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
	releasetest.WriteFiles(t, outside, map[string]string{"victim": "untouched"})
	for name, entries := range map[string][]releasetest.TarEntry{
		"dots in name":           {releasetest.FileEntry("../../outside/victim", "x")},
		"dots within":            {releasetest.FileEntry("a/../../victim", "x")},
		"hard link out":          {releasetest.LinkEntry(tar.TypeLink, "x", "../victim"), releasetest.FileEntry("x", "y")},
		"write through link":     {releasetest.LinkEntry(tar.TypeSymlink, "d", outside), releasetest.FileEntry("d/victim", "x")},
		"write through relative": {releasetest.LinkEntry(tar.TypeSymlink, "d", "../../../../../../.."+outside), releasetest.FileEntry("d/victim", "x")},
		"whiteout of parent":     {releasetest.FileEntry("a/.wh...", "")},
		"whiteout of itself":     {releasetest.FileEntry("a/.wh.", "")},
		"link over link":         {releasetest.LinkEntry(tar.TypeSymlink, "d", outside), releasetest.LinkEntry(tar.TypeLink, "e", "d/victim")},
	} {
		t.Run(name, func(t *testing.T) {
			root, err := unpackInto(t, testImage(t, entries...))
			if err == nil {
				if got := releasetest.ListFiles(t, root); slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, "..") }) {
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
		releasetest.LinkEntry(tar.TypeSymlink, "etc/abs", "/usr/x"), releasetest.LinkEntry(tar.TypeSymlink, "etc/up", "../../../../y"), releasetest.LinkEntry(tar.TypeSymlink, "etc/rel", "z")))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := releasetest.ListFiles(t, root), []string{"etc/abs -> ../usr/x", "etc/rel -> z", "etc/up -> ../y"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// A link is judged by the folder that it is really in: one that was made
// through another link, or that is another name of one, is as high up as its
// name is deep.
func TestNoChainOfLinksLeaves(t *testing.T) {
	up := releasetest.LinkEntry(tar.TypeSymlink, "deep/a/b/up", "../../..")
	for name, entries := range map[string][]releasetest.TarEntry{
		"made through a link":           {up, releasetest.LinkEntry(tar.TypeSymlink, "deep/a/b/up/out", "/etc/passwd")},
		"made through two":              {up, releasetest.LinkEntry(tar.TypeSymlink, "x/y/again", "/deep/a/b/up"), releasetest.LinkEntry(tar.TypeSymlink, "x/y/again/out", "../../../etc/passwd")},
		"another name of a link":        {releasetest.LinkEntry(tar.TypeSymlink, "deep/a/b/l", "/etc/passwd"), releasetest.LinkEntry(tar.TypeLink, "out", "deep/a/b/l")},
		"another name through a link":   {up, releasetest.LinkEntry(tar.TypeSymlink, "deep/a/b/l", "/etc/passwd"), releasetest.LinkEntry(tar.TypeLink, "deep/a/b/up/out", "deep/a/b/l")},
		"climbs behind a link":          {up, releasetest.LinkEntry(tar.TypeSymlink, "out", "deep/a/b/up/../etc/passwd")},
		"climbs behind another layer's": {up, releasetest.LinkEntry(tar.TypeSymlink, "deep/a/out", "b/up/../../../../etc/passwd")},
		"folder behind a link":          {up, releasetest.LinkEntry(tar.TypeSymlink, "out", "deep/a/b/up/.."), releasetest.FileEntry("out/etc/x", "x")},
		"loop":                          {releasetest.LinkEntry(tar.TypeSymlink, "out", "out"), releasetest.FileEntry("out/x", "x")},
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
	for _, f := range releasetest.ListFiles(t, root) {
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
		releasetest.WriteFiles(t, parent, map[string]string{"x": "untouched"})
		releasetest.MakeDir(t, filepath.Join(parent, "root"))
		root, err := os.OpenRoot(filepath.Join(parent, "root"))
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		u, made := &unpacker{root: root, layer: true}, map[string]bool{}
		for _, h := range []tar.Header{{Name: name1, Linkname: link1, Typeflag: kind1}, {Name: name2, Linkname: link2, Typeflag: kind2}} {
			_ = u.extractEntry(&h, strings.NewReader("content"), made) // may fail, must not escape
		}
		releasetest.WantOnly(t, parent, "x", "root")
		linksStayInside(t, filepath.Join(parent, "root"))
		if b, _ := os.ReadFile(filepath.Join(parent, "x")); string(b) != "untouched" {
			t.Errorf("the file outside is %q", b)
		}
	})
}
