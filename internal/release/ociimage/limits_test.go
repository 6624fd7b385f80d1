package ociimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/release/filetree"
	"version-manager/internal/release/releasetest"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// loadSaved reads an archive as create does.
func loadSaved(t *testing.T, content []byte) (*Image, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadImage(t.Context(), path, t.TempDir())
}

func wantError(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want one with %q", err, words)
	}
}

func TestDocumentLimit(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for size, ok := range map[int]bool{maxDocument: true, maxDocument + 1: false} {
		releasetest.WriteFiles(t, dir, map[string]string{"x": strings.Repeat(" ", size)})
		if _, err := readDocument(root, "x"); (err == nil) != ok || !ok && !errors.Is(err, errTooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// Every document of an archive that is read whole has that limit.
func TestLargeDocuments(t *testing.T) {
	large := strings.Repeat(" ", maxDocument+1)
	for name, entries := range map[string][]releasetest.TarEntry{
		"index.json":    {releasetest.FileEntry("index.json", large)},
		"manifest.json": {releasetest.FileEntry("manifest.json", large)},
		"config":        {releasetest.FileEntry("manifest.json", `[{"Config":"c"}]`), releasetest.FileEntry("c", large)},
		"manifest":      {releasetest.FileEntry("index.json", indexOf(t, v1.Descriptor{MediaType: types.OCIManifestSchema1, Size: maxDocument + 1, Digest: someHash()})), releasetest.FileEntry("blobs/sha256/"+someHash().Hex, large)},
		"inner index":   {releasetest.FileEntry("index.json", indexOf(t, v1.Descriptor{MediaType: types.OCIImageIndex, Size: maxDocument + 1, Digest: someHash()})), releasetest.FileEntry("blobs/sha256/"+someHash().Hex, large)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadSaved(t, releasetest.MakeTar(t, entries...))
			if err == nil || !strings.Contains(err.Error(), "larger than") && !strings.Contains(err.Error(), "too large") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func someHash() v1.Hash { return v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)} }

func indexOf(t *testing.T, list ...v1.Descriptor) string {
	t.Helper()
	return string(encode(t, v1.IndexManifest{SchemaVersion: 2, Manifests: list}))
}

// An index that lists another index many times, which does the same, is small
// and takes forever to follow.
func TestIndexLimits(t *testing.T) {
	l := Layout{t.TempDir()}
	inner := v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{{MediaType: types.OCIManifestSchema1, Digest: someHash()}}}
	for range 3 {
		d, err := l.PutJSON(inner, types.OCIImageIndex)
		if err != nil {
			t.Fatal(err)
		}
		inner = v1.IndexManifest{SchemaVersion: 2}
		for range 1000 {
			inner.Manifests = append(inner.Manifests, d)
		}
	}
	listed := 0
	_, err := l.flattenIndex(&inner, 0, &listed)
	wantError(t, err, fmt.Sprintf("more than %d images", maxIndexed))

	deep := v1.IndexManifest{SchemaVersion: 2}
	for range maxIndexDepth + 1 {
		d, err := l.PutJSON(deep, types.OCIImageIndex)
		if err != nil {
			t.Fatal(err)
		}
		deep = v1.IndexManifest{SchemaVersion: 2, Manifests: []v1.Descriptor{d}}
	}
	listed = 0
	_, err = l.flattenIndex(&deep, 0, &listed)
	wantError(t, err, "nested too deeply")
}

func TestLayerLimit(t *testing.T) {
	for n, ok := range map[int]bool{maxLayers: true, maxLayers + 1: false} {
		config := runnable()
		config.RootFS.DiffIDs = make([]v1.Hash, n)
		img := &Image{Config: config, Manifest: v1.Manifest{Layers: make([]v1.Descriptor, n)}}
		if err := img.checkRunnable(); (err == nil) != ok {
			t.Errorf("%d layers: %v", n, err)
		}
	}
	names := strings.TrimSuffix(strings.Repeat(`"l",`, maxLayers+1), ",")
	_, err := loadSaved(t, releasetest.MakeTar(t, releasetest.FileEntry("manifest.json", `[{"Config":"c","Layers":[`+names+`]}]`), releasetest.FileEntry("c", "{}"), releasetest.FileEntry("l", "")))
	wantError(t, err, "layers, more than")
}

// A little that unpacks to very much is refused before it has.
func TestInflationLimit(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.CopyN(w, zeros{}, inflationFree+inflationFree/4); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	plain, err := newDecompressor(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, plain)
	if !errors.Is(err, errTooLarge) || n > inflationFree+1<<20 {
		t.Errorf("%d bytes of %d: %v", n, b.Len(), err)
	}
	whole := &inflatedReader{plain: io.LimitReader(zeros{}, inflationFree+1000), from: &countingReader{size: inflationFree/maxInflation + 10}}
	if _, err := io.Copy(io.Discard, whole); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestEntryLimits(t *testing.T) {
	deep := strings.Repeat("d/", maxPathDepth)
	for _, tt := range []struct {
		name   string
		entry  releasetest.TarEntry
		refuse string
	}{
		{"deepest", releasetest.FileEntry(deep+"x", ""), ""},
		{"too deep", releasetest.FileEntry(deep+"d/x", ""), "folders"},
		{"too long", releasetest.FileEntry(strings.Repeat("x/", maxPath/2)+"xx", ""), "longer than"},
		{"link too long", releasetest.LinkEntry(tar.TypeSymlink, "l", strings.Repeat("./", maxPath/2)+"x"), "longer than"},
		{"sparse", releasetest.TarEntry{Header: tar.Header{Name: "s", Typeflag: tar.TypeGNUSparse}}, "sparse"},
		{"sparse in PAX", releasetest.TarEntry{Header: tar.Header{Name: "s", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"GNU.sparse.realsize": "1"}}}, "sparse"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := &unpacker{root: openRoot(t, t.TempDir()), layer: true}
			err := u.extractEntry(&tt.entry.Header, strings.NewReader(tt.entry.Content), map[string]bool{})
			if tt.refuse == "" && err != nil || tt.refuse != "" && (err == nil || !strings.Contains(err.Error(), tt.refuse)) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func openRoot(t *testing.T, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// Folders on the way to a file count too: they cost as much as files.
func TestFileLimit(t *testing.T) {
	for most, ok := range map[int]bool{4: true, 3: false} {
		u := &unpacker{root: openRoot(t, t.TempDir()), maxEntries: most}
		err := u.extractStream(t.Context(), bytes.NewReader(releasetest.MakeTar(t, releasetest.FileEntry("a/b/x", ""), releasetest.FileEntry("a/b/y", ""))))
		if (err == nil) != ok {
			t.Errorf("at most %d: %v", most, err)
		}
	}
	x := releasetest.FileEntry("x", "").Header
	u := &unpacker{root: openRoot(t, t.TempDir()), names: maxNames}
	wantError(t, u.extractEntry(&x, strings.NewReader(""), map[string]bool{}), "bytes in all")
	u = &unpacker{root: openRoot(t, t.TempDir()), bytes: maxUnpackedBytes}
	wantError(t, u.extractEntry(&x, strings.NewReader("1"), map[string]bool{}), "bytes in all")
}

// A pipe in the place of a file must not make anybody wait.
func TestPipesAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"index.json", "image.tar"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := LoadImage(t.Context(), dir, t.TempDir())
	wantError(t, err, "not a regular file")
	_, err = LoadImage(t.Context(), filepath.Join(dir, "image.tar"), t.TempDir())
	wantError(t, err, "neither a file nor a folder")
	if _, err := filetree.DigestTree(dir); err != nil {
		t.Errorf("digest of a folder with a pipe: %v", err)
	}
}
