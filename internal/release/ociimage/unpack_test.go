package ociimage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/release/releasetest"
)

// openImages stands for a store that has these images.
type openImages map[string]*Image

func (o openImages) AddImage(img *Image) error {
	o[img.Digest] = img
	return nil
}

func (o openImages) Unpack(ctx context.Context, digest, dir string, owner *Owner) error {
	return UnpackImage(ctx, func(digest string) (*Image, error) { return o[digest], nil }, digest, dir, owner)
}

// unpackInto stores and unpacks an image, and returns its root folder.
func unpackInto(t *testing.T, img *Image) (root string, err error) {
	t.Helper()
	s := openImages{}
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(t.TempDir(), "images", "root")
	return root, s.Unpack(t.Context(), img.Digest, root, nil)
}

func TestUnpackKeepsWhatIsWhole(t *testing.T) {
	s, img := openImages{}, testImage(t, releasetest.FileEntry("app/hello", "content"), releasetest.DirEntry("tmp/"))
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "root")
	inode := func() os.FileInfo {
		if err := s.Unpack(t.Context(), img.Digest, root, nil); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(root)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := inode()
	if !os.SameFile(first, inode()) {
		t.Error("an undamaged folder was unpacked again")
	}
	releasetest.FlipByte(t, filepath.Join(root, "app", "hello"))
	if os.SameFile(first, inode()) {
		t.Error("a damaged folder was kept")
	}
	if b, _ := os.ReadFile(filepath.Join(root, "app", "hello")); string(b) != "content" {
		t.Errorf("content %q", b)
	}
	other := testImage(t, releasetest.FileEntry("other", ""))
	if err := s.AddImage(other); err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), other.Digest, root, nil); err != nil || !slices.Equal(releasetest.ListFiles(t, root), []string{"other"}) {
		t.Errorf("another image: %q, %v", releasetest.ListFiles(t, root), err)
	}
}

func TestUnpackAfterCrashAndWhenCancelled(t *testing.T) {
	s, img := openImages{}, testImage(t, releasetest.FileEntry("app/hello", "content"))
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	root := filepath.Join(parent, "root")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Unpack(ctx, img.Digest, root, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	releasetest.WriteFiles(t, parent, map[string]string{".unpack-1/half": "", "root/half": ""}) // as a killed process leaves it
	if err := s.Unpack(t.Context(), img.Digest, root, nil); err != nil {
		t.Fatal(err)
	}
	releasetest.WantOnly(t, parent, ".unpack.lock", "root", "root.unpacked")
	if got := releasetest.ListFiles(t, root); !slices.Equal(got, []string{"app/hello"}) {
		t.Errorf("files %q", got)
	}
}

func TestUnpackChecksContentDigest(t *testing.T) {
	img := testImage(t, releasetest.FileEntry("a", "b"))
	config := img.Config
	config.RootFS.DiffIDs[0].Hex = strings.Repeat("0", 64)
	wrong, err := img.layout.AssembleImage(encode(t, config), img.Manifest.Layers)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unpackInto(t, wrong); err == nil || !strings.Contains(err.Error(), "is damaged: its content has the digest") {
		t.Errorf("error %v", err)
	}
}

func TestUnpackRefusesZstd(t *testing.T) {
	_, err := newDecompressor(strings.NewReader("\x28\xb5\x2f\xfd...."))
	if err == nil || !strings.Contains(err.Error(), "zstd layers are not supported") {
		t.Errorf("error %v", err)
	}
}
