package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// fixtureApp is the program in test/app, built once.
var fixtureApp = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "fixture-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "app")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", bin, "version-manager/test/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the fixture: %w\n%s", err, out)
	}
	return os.ReadFile(bin)
})

// buildImage returns an image of programs, the first of which it runs.
func buildImage(t *testing.T, files map[string][]byte, c v1.Config) v1.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil },
		tarball.WithCompressionLevel(gzip.NoCompression))
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		t.Fatal(err)
	}
	if img, err = mutate.Config(img, c); err != nil {
		t.Fatal(err)
	}
	return img
}

// storeFiles stores an image of files, in which "app" without content is the
// fixture.
func (p *place) storeFiles(files map[string][]byte, entrypoint string) (digest string) {
	p.t.Helper()
	return p.storeConfig(files, v1.Config{Entrypoint: []string{entrypoint}})
}

func (p *place) storeConfig(files map[string][]byte, c v1.Config) (digest string) {
	p.t.Helper()
	program, err := fixtureApp()
	if err != nil {
		p.t.Fatal(err)
	}
	if b, ok := files["app"]; ok && b == nil {
		files["app"] = program
	}
	return p.storeImage(buildImage(p.t, files, c))
}

// storeImageFiles puts an image with that program into the release store.
func (p *place) storeImageFiles(program []byte) (digest string) {
	p.t.Helper()
	return p.storeImage(buildImage(p.t, map[string][]byte{"app": program},
		v1.Config{Entrypoint: []string{"/app"}, Env: []string{"PATH=/nowhere", "GREETING=hello"}}))
}

func (p *place) storeImage(img v1.Image) (digest string) {
	p.t.Helper()
	dir := filepath.Join(p.state, "releases", "images")
	to, err := layout.FromPath(dir)
	if err != nil {
		if to, err = layout.Write(dir, empty.Index); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := to.AppendImage(img); err != nil {
		p.t.Fatal(err)
	}
	h, err := img.Digest()
	if err != nil {
		p.t.Fatal(err)
	}
	return h.String()
}
