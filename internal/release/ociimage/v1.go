package ociimage

import (
	"fmt"
	"io"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// AsV1Image returns the image in the form for pushing and exporting it. It has the same digest,
// byte for byte, and its blobs are verified while they are read.
func (i *Image) AsV1Image() (v1.Image, error) { return partial.CompressedToImage(core{i}) }

// core is what an image is made of.
type core struct{ *Image }

func (c core) RawManifest() ([]byte, error)   { return c.layout.readBlob(c.Descriptor) }
func (c core) RawConfigFile() ([]byte, error) { return c.layout.readBlob(c.Image.Manifest.Config) }
func (c core) MediaType() (types.MediaType, error) {
	return c.Descriptor.MediaType, nil
}

func (c core) LayerByDigest(h v1.Hash) (partial.CompressedLayer, error) {
	for n, d := range c.Image.Manifest.Layers {
		if d.Digest == h {
			return blob{c.layout, d, c.Config.RootFS.DiffIDs[n]}, nil
		}
	}
	return nil, fmt.Errorf("image %s has no layer %s", c.Image.Digest, h)
}

// blob is one layer in the form in which it is stored.
type blob struct {
	layout     Layout
	descriptor v1.Descriptor
	diffID     v1.Hash
}

func (b blob) Digest() (v1.Hash, error)            { return b.descriptor.Digest, nil }
func (b blob) DiffID() (v1.Hash, error)            { return b.diffID, nil }
func (b blob) Size() (int64, error)                { return b.descriptor.Size, nil }
func (b blob) MediaType() (types.MediaType, error) { return b.descriptor.MediaType, nil }
func (b blob) Compressed() (io.ReadCloser, error)  { return b.layout.openBlob(b.descriptor) }
