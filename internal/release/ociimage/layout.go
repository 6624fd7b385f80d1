package ociimage

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"version-manager/internal/kit/atomicfile"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Layout is an OCI image layout: a folder with blobs named by their digest
// and an index.json. Other tools, such as skopeo and crane, read it too.
type Layout struct{ Dir string }

func (l Layout) blobDir() string { return filepath.Join(l.Dir, "blobs", "sha256") }

func (l Layout) BlobPath(h v1.Hash) string {
	return filepath.Join(l.Dir, "blobs", h.Algorithm, h.Hex)
}

// RemoveStaged removes what killed processes left half written. The caller
// holds the layout's lock.
func (l Layout) RemoveStaged() {
	atomicfile.RemoveStaged(l.Dir)
	atomicfile.RemoveStaged(l.blobDir())
}

// PutBlob stores what r gives, durably and under its digest. A blob that is there
// already is replaced, which mends it should it be damaged.
func (l Layout) PutBlob(r io.Reader, mediaType types.MediaType) (v1.Descriptor, error) {
	d := v1.Descriptor{MediaType: mediaType}
	if err := os.MkdirAll(l.blobDir(), 0o700); err != nil {
		return d, err
	}
	f, err := atomicfile.CreateStaged(l.blobDir())
	if err != nil {
		return d, err
	}
	defer f.Discard()
	sum := sha256.New()
	if d.Size, err = io.Copy(io.MultiWriter(f, sum), r); err != nil {
		return d, err
	}
	d.Digest = v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}
	return d, f.CommitTo(l.BlobPath(d.Digest))
}

// PutJSON stores v as JSON, whose bytes depend on v alone.
func (l Layout) PutJSON(v any, mediaType types.MediaType) (v1.Descriptor, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return v1.Descriptor{}, err
	}
	return l.PutBlob(bytes.NewReader(b), mediaType)
}

// openBlob returns the blob. Reading it to the end fails if its content is not
// what the descriptor says.
func (l Layout) openBlob(d v1.Descriptor) (io.ReadCloser, error) {
	root, err := os.OpenRoot(l.Dir)
	if err != nil {
		return nil, fmt.Errorf("image blob %s: %w", d.Digest, err)
	}
	defer root.Close()
	f, err := atomicfile.OpenInRoot(root, path.Join("blobs", d.Digest.Algorithm, d.Digest.Hex))
	if err != nil {
		return nil, fmt.Errorf("image blob %s: %w", d.Digest, err)
	}
	return &verifiedBlob{f: f, sum: sha256.New(), want: d}, nil
}

// readBlob returns a whole small blob, verified.
func (l Layout) readBlob(d v1.Descriptor) ([]byte, error) {
	if d.Size > maxDocument {
		return nil, fmt.Errorf("image blob %s: %d bytes is too large for a document", d.Digest, d.Size)
	}
	r, err := l.openBlob(d)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxDocument+1)) // one more, where the digest is checked
}

// ReadIndex reads index.json. Where none exists yet the index is empty.
func (l Layout) ReadIndex() (*v1.IndexManifest, error) {
	none := &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	root, err := os.OpenRoot(l.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	b, err := readDocument(root, "index.json")
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	return v1.ParseIndexManifest(bytes.NewReader(b))
}

// AddToIndex adds d to index.json. The caller holds the layout's lock.
func (l Layout) AddToIndex(d v1.Descriptor) error {
	index, err := l.ReadIndex()
	if err != nil {
		// Blobs are found by digest; the index only serves other tools. A
		// damaged one is started over rather than being in the way forever.
		index = &v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex}
	}
	listed := func(m v1.Descriptor) bool { return m.Digest == d.Digest }
	if slices.ContainsFunc(index.Manifests, listed) {
		return nil
	}
	index.Manifests = append(index.Manifests, d)
	b, err := json.Marshal(index)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(l.Dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o600); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(l.Dir, "index.json"), b, 0o600)
}

// verifiedBlob is a blob whose size and digest are checked while it is read.
type verifiedBlob struct {
	f    *os.File
	sum  hash.Hash
	size int64
	want v1.Descriptor
}

func (v *verifiedBlob) Read(p []byte) (int, error) {
	n, err := v.f.Read(p)
	v.sum.Write(p[:n])
	v.size += int64(n)
	switch {
	case v.size > v.want.Size, err == io.EOF && v.size < v.want.Size:
		return n, fmt.Errorf("image blob %s is damaged: it does not have %d bytes", v.want.Digest, v.want.Size)
	case err == io.EOF && hex.EncodeToString(v.sum.Sum(nil)) != v.want.Digest.Hex:
		return n, fmt.Errorf("image blob %s is damaged: its digest does not match", v.want.Digest)
	}
	return n, err
}

func (v *verifiedBlob) Close() error { return v.f.Close() }
