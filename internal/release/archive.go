package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/problem"
)

// loadImage reads an image that somebody else built: an OCI layout folder, or
// an archive as "docker save" or an OCI tool writes it, gzipped or not.
// What it has to unpack goes into temp.
func loadImage(ctx context.Context, path, temp string) (*Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	dir := path
	if !info.IsDir() {
		dir = temp
		if err := unpackArchive(ctx, path, dir); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if _, err := root.Stat("index.json"); err == nil {
		return layout{dir}.only()
	}
	if _, err := root.Stat("manifest.json"); err == nil {
		return loadDocker(root, layout{filepath.Join(temp, "converted")})
	}
	return nil, errors.New("neither an OCI layout nor an image archive: it has no index.json and no manifest.json")
}

func unpackArchive(ctx context.Context, path, dir string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := decompress(f)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return (&untar{root: root}).extract(ctx, plain)
}

// only returns the one image of a layout that fits this machine.
func (l layout) only() (*Image, error) {
	index, err := l.index()
	if err != nil {
		return nil, err
	}
	images, err := l.flatten(index, 0)
	if err != nil {
		return nil, err
	}
	d, err := choose(images)
	if err != nil {
		return nil, err
	}
	return l.image(d.Digest)
}

// flatten follows indexes within an index, as multi-platform images have them.
func (l layout) flatten(index *v1.IndexManifest, depth int) ([]v1.Descriptor, error) {
	if depth > 3 {
		return nil, errors.New("image index: nested too deeply")
	}
	var images []v1.Descriptor
	for _, d := range index.Manifests {
		if !d.MediaType.IsIndex() {
			images = append(images, d)
			continue
		}
		var inner v1.IndexManifest
		if err := l.readJSON(d, &inner); err != nil {
			return nil, err
		}
		more, err := l.flatten(&inner, depth+1)
		if err != nil {
			return nil, err
		}
		images = append(images, more...)
	}
	return images, nil
}

// choose takes the only image there is, or else the one for this platform.
func choose(images []v1.Descriptor) (v1.Descriptor, error) {
	var have []string
	var real []v1.Descriptor
	for _, d := range images {
		p := d.Platform
		if p != nil && p.OS == "unknown" {
			continue // an attestation beside an image
		}
		real = append(real, d)
		if p != nil {
			have = append(have, p.OS+"/"+p.Architecture)
		}
	}
	if len(real) == 1 {
		return real[0], nil
	}
	for _, os := range []string{runtime.GOOS, "linux"} {
		for _, d := range real {
			if d.Platform != nil && d.Platform.OS == os && d.Platform.Architecture == runtime.GOARCH {
				return d, nil
			}
		}
	}
	return v1.Descriptor{}, problem.New(problem.Failed, "save one image for this platform",
		"%d images, none of which is for %s/%s", len(real), runtime.GOOS, runtime.GOARCH).With(have...)
}

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
