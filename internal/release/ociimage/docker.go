package ociimage

import (
	"encoding/json"
	"fmt"
	"os"

	"version-manager/internal/kit/atomicfile"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// loadDocker converts what "docker save" wrote before it wrote OCI layouts.
func loadDocker(root *os.Root, to Layout) (*Image, error) {
	b, err := readDocument(root, "manifest.json")
	if err != nil {
		return nil, err
	}
	var saved []struct {
		Config string
		Layers []string
	}
	if err := json.Unmarshal(b, &saved); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	if len(saved) != 1 {
		return nil, fmt.Errorf("manifest.json: it names %d images, want one", len(saved))
	}
	if n := len(saved[0].Layers); n > maxLayers {
		return nil, fmt.Errorf("manifest.json: it names %d layers, more than %d", n, maxLayers)
	}
	var layers []v1.Descriptor
	left := int64(maxUnpackedBytes)
	for _, name := range saved[0].Layers {
		d, err := loadLayer(root, name, to, left)
		if err != nil {
			return nil, fmt.Errorf("layer %.200s: %w", name, err)
		}
		left -= d.Size
		layers = append(layers, d)
	}
	c, err := readDocument(root, saved[0].Config)
	if err != nil {
		return nil, err
	}
	return to.AssembleImage(c, layers)
}

// loadLayer stores a layer uncompressed, whatever it was. It may have at most
// left bytes.
func loadLayer(root *os.Root, name string, to Layout, left int64) (v1.Descriptor, error) {
	f, err := atomicfile.OpenInRoot(root, name)
	if err != nil {
		return v1.Descriptor{}, err
	}
	defer f.Close()
	plain, err := newDecompressor(f)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return to.PutBlob(&limitedReader{plain, left}, types.OCIUncompressedLayer)
}
