package ociimage

import (
	"archive/tar"
	"fmt"
	"io"
	"path"
	"strings"
)

// ReadFile returns one small file of the image as its layers make it, nil if
// none exists. Nothing is unpacked for it.
func (i *Image) ReadFile(name string) (content []byte, err error) {
	for n := len(i.Manifest.Layers) - 1; n >= 0; n-- {
		f := &fileSearch{name: name}
		err := i.eachEntry(n, f.visitEntry)
		if err != nil {
			return nil, fmt.Errorf("read %s of the image: %w", name, err)
		}
		if f.found || f.hidden {
			return f.content, nil
		}
	}
	return nil, nil
}

// fileSearch looks for one file in one layer.
type fileSearch struct {
	name    string
	content []byte
	found   bool
	hidden  bool // lower layers do not count
}

func (s *fileSearch) visitEntry(h *tar.Header, r io.Reader) error {
	name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	switch {
	case name == s.name && h.Typeflag == tar.TypeReg:
		s.found = true
		var err error
		s.content, err = io.ReadAll(&limitedReader{r, maxDocument})
		return err
	case name == s.name:
		s.found, s.content = true, nil // a link or a folder: no such file
	case s.isWhiteout(name):
		s.hidden = true
	}
	return nil
}

// isWhiteout reports whether name is a whiteout of the file, or of what it is in.
func (s *fileSearch) isWhiteout(name string) bool {
	dir, base := path.Split(name)
	hidden, ok := strings.CutPrefix(base, ".wh.")
	if !ok {
		return false
	}
	if hidden == ".wh..opq" {
		return strings.HasPrefix(s.name, dir)
	}
	return s.name == dir+hidden || strings.HasPrefix(s.name, dir+hidden+"/")
}

// eachEntry calls do for the entries of a layer, and checks its digest.
func (i *Image) eachEntry(layer int, do func(*tar.Header, io.Reader) error) error {
	blob, err := i.layout.openBlob(i.Manifest.Layers[layer])
	if err != nil {
		return err
	}
	defer blob.Close()
	plain, err := newDecompressor(blob)
	if err != nil {
		return err
	}
	tr := tar.NewReader(&limitedReader{plain, maxUnpackedBytes})
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := do(h, tr); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, blob)
	return err
}
