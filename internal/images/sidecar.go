package images

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/licenses"
	"version-manager/internal/licenses/notices"
)

const (
	program = "version-manager"
	nobody  = 65532
)

// sidecar finds or makes the image of this program.
func (d *Delivery) sidecar() (parcel, carrier, error) {
	d.mu.Lock()
	made, ok := d.selves[d.platform]
	if !ok {
		made.image, made.err = selfImage(d.o.Self, d.platform)
		d.selves[d.platform] = made
	}
	d.mu.Unlock()
	if made.err != nil {
		return parcel{}, nil, made.err
	}
	repository := "sidecar"
	if d.o.Config.Registry != "" {
		repository = program + "-sidecar" // a registry has other people's, too
	}
	return d.pack(repository, made.image)
}

func selfImage(self []string, p platform) (v1.Image, error) {
	path, err := findExecutable(self, p)
	if err != nil {
		return nil, err
	}
	layer, err := newProgramLayer(path)
	if err != nil {
		return nil, fmt.Errorf("make the sidecar's image: %w", err)
	}
	return imageOf(layer, p)
}

// imageOf depends on the program alone: the same one has the same digest.
func imageOf(layer v1.Layer, p platform) (v1.Image, error) {
	image, err := mutate.ConfigFile(mutate.MediaType(empty.Image, types.OCIManifestSchema1), &v1.ConfigFile{
		OS: p.os, Architecture: p.arch,
		RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{Entrypoint: []string{"/" + program}, User: fmt.Sprint(nobody), WorkingDir: "/"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(mutate.ConfigMediaType(image, types.OCIConfigJSON), layer)
}

// programLayer is a plain tar of this program and of what it is linked from. It is made while it is read, so
// that nothing needs to be kept; its digest depends on no compressor.
type programLayer struct {
	path   string
	digest v1.Hash
	size   int64
}

func newProgramLayer(path string) (*programLayer, error) {
	l, sum := &programLayer{path: path}, sha256.New()
	r, err := l.Uncompressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if l.size, err = io.Copy(sum, r); err != nil {
		return nil, err
	}
	l.digest = v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}
	return l, nil
}

func (l *programLayer) Digest() (v1.Hash, error)            { return l.digest, nil }
func (l *programLayer) DiffID() (v1.Hash, error)            { return l.digest, nil }
func (l *programLayer) Size() (int64, error)                { return l.size, nil }
func (l *programLayer) MediaType() (types.MediaType, error) { return types.OCIUncompressedLayer, nil }
func (l *programLayer) Compressed() (io.ReadCloser, error)  { return l.Uncompressed() }

// Uncompressed implements v1.Layer.
func (l *programLayer) Uncompressed() (io.ReadCloser, error) {
	f, err := os.Open(l.path)
	if err != nil {
		return nil, err
	}
	pr, pw := io.Pipe()
	go func() {
		defer f.Close()
		pw.CloseWithError(writeProgram(pw, f))
	}()
	return pr, nil
}

func writeProgram(w io.Writer, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	h := &tar.Header{Typeflag: tar.TypeReg, Name: program, Mode: 0o755, Size: info.Size(), Format: tar.FormatUSTAR}
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	if _, err := io.Copy(tw, f); err != nil {
		return err
	}
	text, err := notices.Text()
	if err != nil {
		return err
	}
	for _, h := range []*tar.Header{
		{Typeflag: tar.TypeDir, Name: path.Dir(licenses.Path) + "/", Mode: 0o755, Format: tar.FormatUSTAR},
		{Typeflag: tar.TypeReg, Name: licenses.Path, Mode: 0o644, Size: int64(len(text)), Format: tar.FormatUSTAR},
	} {
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
	}
	if _, err := tw.Write(text); err != nil {
		return err
	}
	return tw.Close()
}
