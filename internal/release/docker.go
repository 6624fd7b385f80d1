package release

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// loadDocker converts what "docker save" wrote before it wrote OCI layouts.
func loadDocker(root *os.Root, to layout) (*Image, error) {
	b, err := readSmall(root, "manifest.json")
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
	var layers []v1.Descriptor
	for _, name := range saved[0].Layers {
		d, err := loadLayer(root, name, to)
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", name, err)
		}
		layers = append(layers, d)
	}
	c, err := readSmall(root, saved[0].Config)
	if err != nil {
		return nil, err
	}
	return to.assemble(c, layers)
}

// loadLayer stores a layer uncompressed, whatever it was.
func loadLayer(root *os.Root, name string, to layout) (v1.Descriptor, error) {
	f, err := root.Open(name)
	if err != nil {
		return v1.Descriptor{}, err
	}
	defer f.Close()
	plain, err := decompress(f)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return to.put(io.LimitReader(plain, maxUnpackedBytes), types.OCIUncompressedLayer)
}

func readSmall(root *os.Root, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if len(b) > maxDocument {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxDocument)
	}
	return b, err
}
