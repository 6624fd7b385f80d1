package ociimage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/kit/problem"
)

// LoadImage reads an image that somebody else built: an OCI layout folder, or
// an archive as "docker save" or an OCI tool writes it, gzipped or not.
// What it has to unpack goes into temp.
func LoadImage(ctx context.Context, path, temp string) (*Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	dir := path
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is neither a file nor a folder", filepath.Base(path))
		}
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
		return Layout{dir}.readOnlyImage()
	}
	if _, err := root.Stat("manifest.json"); err == nil {
		return loadDocker(root, Layout{filepath.Join(temp, "converted")})
	}
	return nil, errors.New("neither an OCI layout nor an image archive: it has no index.json and no manifest.json")
}

func unpackArchive(ctx context.Context, path, dir string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := newDecompressor(f)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return (&unpacker{root: root, maxEntries: maxArchiveFiles}).extractStream(ctx, plain)
}

// readOnlyImage returns the one image of a layout that fits this machine.
func (l Layout) readOnlyImage() (*Image, error) {
	index, err := l.ReadIndex()
	if err != nil {
		return nil, err
	}
	listed := 0
	images, err := l.flattenIndex(index, 0, &listed)
	if err != nil {
		return nil, err
	}
	d, err := chooseImage(images)
	if err != nil {
		return nil, err
	}
	return l.ReadImage(d.Digest)
}

// flattenIndex follows indexes within an index, as multi-platform images have them.
// listed counts what all of them list: each index may name the next one often.
func (l Layout) flattenIndex(index *v1.IndexManifest, depth int, listed *int) ([]v1.Descriptor, error) {
	if depth > maxIndexDepth {
		return nil, errors.New("image index: nested too deeply")
	}
	if *listed += len(index.Manifests); *listed > maxIndexed {
		return nil, fmt.Errorf("image index: it lists more than %d images", maxIndexed)
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
		more, err := l.flattenIndex(&inner, depth+1, listed)
		if err != nil {
			return nil, err
		}
		images = append(images, more...)
	}
	return images, nil
}

// chooseImage takes the only image there is, or else the one for this platform.
func chooseImage(images []v1.Descriptor) (v1.Descriptor, error) {
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
