package ociimage

import (
	"archive/tar"
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/filetree"
)

// unpacked is what lies beside an unpacked image, by which it is known to be
// whole later.
type unpacked struct {
	Image string `json:"image"`
	Tree  string `json:"tree"` // digest of all files
	Owner *Owner `json:"owner,omitempty"`
}

// Owner maps a user of the image: files of user Image in the image belong to
// UID and GID on this machine. Only root can do that.
type Owner struct {
	Image int `json:"image"`
	UID   int `json:"uid"`
	GID   int `json:"gid"`
}

const (
	unpackedExt  = ".unpacked"
	unpackPrefix = ".unpack-" // of temporary folders
)

// UnpackImage makes dir the root file system of the image with the digest, which
// open returns. What it finds in dir is kept if it is that very image,
// undamaged. Anything else is replaced; dir is never seen half done. Beside dir
// it keeps a small file, dir + ".unpacked". With owner nil all files belong to
// this process's user.
func UnpackImage(ctx context.Context, open func(digest string) (*Image, error), digest, dir string, owner *Owner) error {
	if isUnpacked(dir, digest, owner) {
		return nil
	}
	parent := filepath.Dir(dir)
	locked, err := filelock.OpenLocked(filepath.Join(parent, ".unpack.lock"))
	if err != nil {
		return fmt.Errorf("unpack image: %w", err)
	}
	defer locked.Close()
	if isUnpacked(dir, digest, owner) { // by another process, meanwhile
		return nil
	}
	atomicfile.RemoveByPrefix(parent, unpackPrefix)
	img, err := open(digest)
	if err != nil {
		return err
	}
	return img.replaceFolder(ctx, parent, dir, owner)
}

// replaceFolder unpacks the image beside dir and then puts it in its place.
func (i *Image) replaceFolder(ctx context.Context, parent, dir string, owner *Owner) error {
	temp, err := os.MkdirTemp(parent, unpackPrefix+"*")
	if err != nil {
		return fmt.Errorf("unpack image: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := i.unpackLayers(ctx, temp, owner); err != nil {
		return fmt.Errorf("unpack image %.19s…: %w", i.Digest, err)
	}
	if err := moveInto(temp, dir, unpacked{Image: i.Digest, Owner: owner}); err != nil {
		return fmt.Errorf("unpack image %.19s…: %w", i.Digest, err)
	}
	return nil
}

func (o *Owner) equalOwner(other *Owner) bool {
	return o == other || o != nil && other != nil && *o == *other
}

func (i *Image) unpackLayers(ctx context.Context, dir string, owner *Owner) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacker{root: root, layer: true, sync: true, owner: owner}
	for n, d := range i.Manifest.Layers {
		if err := i.unpackLayer(ctx, u, d, i.Config.RootFS.DiffIDs[n]); err != nil {
			return err
		}
	}
	return u.makeWorkingDir(i.WorkingDir())
}

// makeWorkingDir makes the folder that the image starts in where no layer has.
func (u *unpacker) makeWorkingDir(dir string) error {
	name := strings.TrimPrefix(dir, "/")
	if _, err := u.root.Stat(cmp.Or(name, ".")); err == nil {
		return nil
	}
	real, err := u.mkdirAll(name)
	if err != nil {
		return fmt.Errorf("make WORKDIR %.200s: %w", dir, err)
	}
	return u.setOwner(&tar.Header{Typeflag: tar.TypeDir}, real) // root's
}

// unpackLayer checks both digests: that of the blob and that of its content.
func (i *Image) unpackLayer(ctx context.Context, u *unpacker, d v1.Descriptor, diffID v1.Hash) error {
	blob, err := i.layout.openBlob(d)
	if err != nil {
		return err
	}
	defer blob.Close()
	plain, err := newDecompressor(blob)
	if err != nil {
		return err
	}
	content := &hashingReader{r: plain, sum: sha256.New()}
	if err := u.extractStream(ctx, content); err != nil {
		return err
	}
	for _, r := range []io.Reader{content, blob} { // to the very end, where digests are checked
		if _, err := io.Copy(io.Discard, &limitedReader{r, maxUnpackedBytes}); err != nil {
			return err
		}
	}
	if got := content.sumSoFar(); got != diffID {
		return fmt.Errorf("layer %s is damaged: its content has the digest %s, not %s", d.Digest, got, diffID)
	}
	return nil
}

// newDecompressor looks at the first bytes, as media types are often wrong.
func newDecompressor(r io.Reader) (io.Reader, error) {
	from := &countingReader{r: r}
	b := bufio.NewReader(from)
	magic, err := b.Peek(4)
	switch {
	case err != nil && err != io.EOF:
		return nil, err
	case len(magic) > 2 && magic[0] == 0x1f && magic[1] == 0x8b:
		plain, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		return &inflatedReader{plain: plain, from: from}, nil
	case string(magic) == "\x28\xb5\x2f\xfd":
		return nil, problem.New(problem.Failed, "build the image with gzip layers", "zstd layers are not supported")
	}
	return b, nil
}

func moveInto(temp, dir string, note unpacked) error {
	tree, err := filetree.DigestTree(temp)
	if err != nil {
		return err
	}
	note.Tree = tree
	b, err := json.Marshal(note)
	if err != nil {
		return err
	}
	// The note first: without its folder it means nothing, and a folder with
	// the wrong note is unpacked again.
	if err := atomicfile.WriteFile(dir+unpackedExt, b, 0o600); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	return errors.Join(os.Rename(temp, dir), atomicfile.SyncDir(filepath.Dir(dir)))
}

func isUnpacked(dir, digest string, owner *Owner) bool {
	b, err := atomicfile.ReadFile(dir+unpackedExt, maxDocument)
	if err != nil {
		return false
	}
	var note unpacked
	if json.Unmarshal(b, &note) != nil || note.Image != digest || !note.Owner.equalOwner(owner) {
		return false
	}
	tree, err := filetree.DigestTree(dir)
	return err == nil && tree == note.Tree
}

// hashingReader computes the digest of what passes through.
type hashingReader struct {
	r   io.Reader
	sum hash.Hash
}

func (s *hashingReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

func (s *hashingReader) sumSoFar() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(s.sum.Sum(nil))}
}
