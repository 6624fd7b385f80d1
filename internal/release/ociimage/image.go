package ociimage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/kit/problem"
)

// Image is one OCI image in a layout on the disk. Its manifest and config
// were verified against the digest; layers are while they are read.
type Image struct {
	Digest   string // of the manifest, "sha256:…"
	Manifest v1.Manifest
	Config   v1.ConfigFile

	layout     Layout
	Descriptor v1.Descriptor
}

// CommandLine is the command line of an instance of the image. The first word is
// a path within the image, or a name to be found in its PATH.
func (i *Image) CommandLine() []string {
	return slices.Concat(i.Config.Config.Entrypoint, i.Config.Config.Cmd)
}

// WorkingDir is the folder, within the image, that an instance starts in.
func (i *Image) WorkingDir() string { return path.Clean("/" + i.Config.Config.WorkingDir) }

// StopSignal names the signal that asks an instance to end; "" is SIGTERM.
func (i *Image) StopSignal() string { return i.Config.Config.StopSignal }

// ReadImage reads the image with the given manifest and checks that it can run.
func (l Layout) ReadImage(h v1.Hash) (*Image, error) {
	info, err := os.Stat(l.BlobPath(h))
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", h, err)
	}
	img := &Image{Digest: h.String(), layout: l}
	img.Descriptor = v1.Descriptor{MediaType: types.OCIManifestSchema1, Digest: h, Size: info.Size()}
	if err := l.readJSON(img.Descriptor, &img.Manifest); err != nil {
		return nil, err
	}
	if img.Manifest.MediaType != "" {
		img.Descriptor.MediaType = img.Manifest.MediaType
	}
	config, err := l.readInto(img.Manifest.Config, &img.Config)
	if err != nil {
		return nil, err
	}
	img.Descriptor.Platform = &v1.Platform{OS: img.Config.OS, Architecture: img.Config.Architecture}
	if err := img.checkRunnable(); err != nil {
		return img, err
	}
	return img, img.checkText(config)
}

func (l Layout) readJSON(d v1.Descriptor, v any) error {
	_, err := l.readInto(d, v)
	return err
}

// readInto decodes a blob, and returns it as it is too.
func (l Layout) readInto(d v1.Descriptor, v any) ([]byte, error) {
	b, err := l.readBlob(d)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return nil, fmt.Errorf("image blob %s: %w", d.Digest, err)
	}
	return b, nil
}

func (i *Image) checkRunnable() error {
	if len(i.CommandLine()) == 0 {
		return problem.New(problem.Failed, "add ENTRYPOINT or CMD to the image and build it again",
			"image %.19s… cannot be run: it has neither entrypoint nor command", i.Digest)
	}
	n, m := len(i.Manifest.Layers), len(i.Config.RootFS.DiffIDs)
	if n > maxLayers {
		return fmt.Errorf("image %s has %d layers, more than %d", i.Digest, n, maxLayers)
	}
	if n != m {
		return fmt.Errorf("image %s: the manifest lists %d layers, the config %d", i.Digest, n, m)
	}
	return i.checkSettings()
}

// CopyTo stores every blob of the image in another layout, the manifest last.
func (i *Image) CopyTo(to Layout) error {
	for _, d := range append(append([]v1.Descriptor{}, i.Manifest.Layers...), i.Manifest.Config, i.Descriptor) {
		if to.hasBlob(d) {
			continue
		}
		r, err := i.layout.openBlob(d)
		if err != nil {
			return err
		}
		_, err = to.PutBlob(r, d.MediaType)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// hasBlob tells whether the blob is there, whole and undamaged.
func (l Layout) hasBlob(d v1.Descriptor) bool {
	r, err := l.openBlob(d)
	if err != nil {
		return false
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	return err == nil && n == d.Size
}

// AssembleImage makes the image of config and layers, whose blobs are in l.
func (l Layout) AssembleImage(config []byte, layers []v1.Descriptor) (*Image, error) {
	c, err := l.PutBlob(bytes.NewReader(config), types.OCIConfigJSON)
	if err != nil {
		return nil, err
	}
	m, err := l.PutJSON(v1.Manifest{SchemaVersion: 2, MediaType: types.OCIManifestSchema1, Config: c, Layers: layers},
		types.OCIManifestSchema1)
	if err != nil {
		return nil, err
	}
	return l.ReadImage(m.Digest)
}
