package release

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unpackInto stores and unpacks an image, and returns its root folder.
func unpackInto(t *testing.T, img *Image) (root string, err error) {
	t.Helper()
	s := NewStore(t.TempDir())
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	root = filepath.Join(t.TempDir(), "images", "root")
	return root, s.Unpack(t.Context(), img.Digest, root, nil)
}

// files lists what is below root, links with their targets.
func files(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if target, notLink := os.Readlink(path); notLink == nil {
			name += " -> " + target
		}
		out = append(out, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUnpackKeepsWhatIsWhole(t *testing.T) {
	s, img := NewStore(t.TempDir()), testImage(t, file("app/hello", "content"), dir("tmp/"))
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
	flipByte(t, filepath.Join(root, "app", "hello"))
	if os.SameFile(first, inode()) {
		t.Error("a damaged folder was kept")
	}
	if b, _ := os.ReadFile(filepath.Join(root, "app", "hello")); string(b) != "content" {
		t.Errorf("content %q", b)
	}
	other := testImage(t, file("other", ""))
	if err := s.AddImage(other); err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), other.Digest, root, nil); err != nil || !slices.Equal(files(t, root), []string{"other"}) {
		t.Errorf("another image: %q, %v", files(t, root), err)
	}
}

func TestUnpackAfterCrashAndWhenCancelled(t *testing.T) {
	s, img := NewStore(t.TempDir()), testImage(t, file("app/hello", "content"))
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	root := filepath.Join(parent, "root")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Unpack(ctx, img.Digest, root, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	write(t, parent, map[string]string{".unpack-1/half": "", "root/half": ""}) // as a killed process leaves it
	if err := s.Unpack(t.Context(), img.Digest, root, nil); err != nil {
		t.Fatal(err)
	}
	nothingLeftBut(t, parent, ".unpack.lock", "root", "root.unpacked")
	if got := files(t, root); !slices.Equal(got, []string{"app/hello"}) {
		t.Errorf("files %q", got)
	}
}

func TestUnpackChecksContentDigest(t *testing.T) {
	img := testImage(t, file("a", "b"))
	config := img.Config
	config.RootFS.DiffIDs[0].Hex = strings.Repeat("0", 64)
	wrong, err := img.layout.assemble(encode(t, config), img.Manifest.Layers)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unpackInto(t, wrong); err == nil || !strings.Contains(err.Error(), "is damaged: its content has the digest") {
		t.Errorf("error %v", err)
	}
}

func TestUnpackRefusesZstd(t *testing.T) {
	_, err := decompress(strings.NewReader("\x28\xb5\x2f\xfd...."))
	if err == nil || !strings.Contains(err.Error(), "zstd layers are not supported") {
		t.Errorf("error %v", err)
	}
}

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
