package local

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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

// image returns an image that runs the program as /app.
func image(t *testing.T, program []byte) v1.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(program))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
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
	if img, err = mutate.Config(img, v1.Config{Entrypoint: []string{"/app"}, Env: []string{"PATH=/nowhere", "GREETING=hello"}}); err != nil {
		t.Fatal(err)
	}
	return img
}

// store puts an image with that program into the release store.
func (p *place) store(program []byte) (digest string) {
	p.t.Helper()
	dir := filepath.Join(p.state, "releases", "images")
	to, err := layout.FromPath(dir)
	if err != nil {
		if to, err = layout.Write(dir, empty.Index); err != nil {
			p.t.Fatal(err)
		}
	}
	img := image(p.t, program)
	if err := to.AppendImage(img); err != nil {
		p.t.Fatal(err)
	}
	h, err := img.Digest()
	if err != nil {
		p.t.Fatal(err)
	}
	return h.String()
}
