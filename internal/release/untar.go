package release

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Bounds of what is unpacked, against archives made to fill the disk.
const (
	maxUnpackedFiles = 500_000
	maxUnpackedBytes = 16 << 30
)

// untar unpacks tar streams into a folder that no entry can leave.
type untar struct {
	root *os.Root
	// layer: the stream is a layer of an image. It may replace and remove
	// what lower layers made, and "/" in a link is the root of the image.
	layer bool
	// sync: files shall survive a power cut.
	sync bool

	files int
	bytes int64
}

// extract unpacks one stream on top of what is there.
func (u *untar) extract(ctx context.Context, r io.Reader) error {
	made := map[string]bool{} // by this stream
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		if err := errors.Join(ctx.Err(), u.entry(h, tr, made)); err != nil {
			return fmt.Errorf("unpack %q: %w", h.Name, err)
		}
	}
}

func (u *untar) entry(h *tar.Header, r io.Reader, made map[string]bool) error {
	if u.files++; u.files > maxUnpackedFiles {
		return fmt.Errorf("more than %d files", maxUnpackedFiles)
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	if strings.Contains("/"+h.Name+"/", "/../") {
		return errors.New("the name leads out of the archive")
	}
	if name == "" {
		return nil // the root itself
	}
	dir, base := path.Split(name)
	if err := u.mkdirAll(path.Clean(dir)); err != nil {
		return err
	}
	if hidden, ok := strings.CutPrefix(base, ".wh."); ok && u.layer {
		return u.whiteout(path.Clean(dir), hidden, made)
	}
	for p := name; p != "."; p = path.Dir(p) {
		made[p] = true
	}
	return u.create(h, name, r)
}

// create makes the one file, folder or link that h describes.
func (u *untar) create(h *tar.Header, name string, r io.Reader) error {
	if h.Typeflag == tar.TypeDir {
		return u.folder(name, h.FileInfo().Mode().Perm())
	}
	if err := u.root.RemoveAll(name); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeReg:
		return u.file(name, h.FileInfo().Mode().Perm(), r)
	case tar.TypeSymlink:
		target, err := u.target(name, h.Linkname)
		if err != nil {
			return err
		}
		return u.root.Symlink(target, name)
	case tar.TypeLink:
		return u.root.Link(strings.TrimPrefix(path.Clean("/"+h.Linkname), "/"), name)
	}
	return nil // devices and pipes mean nothing here
}

func (u *untar) folder(name string, perm fs.FileMode) error {
	info, err := u.root.Lstat(name)
	if err == nil && !info.IsDir() {
		if at, err := u.root.Stat(name); err == nil && at.IsDir() {
			return nil // a link to a folder, as /bin often is
		}
		if err := u.root.Remove(name); err != nil {
			return err
		}
	}
	if err := u.mkdirAll(name); err != nil {
		return err
	}
	return u.root.Chmod(name, perm|0o700) // so that entries below can be made
}

// mkdirAll makes the folders on the way that have no entry of their own.
func (u *untar) mkdirAll(dir string) error {
	if dir == "." {
		return nil
	}
	return u.root.MkdirAll(dir, 0o755)
}

func (u *untar) file(name string, perm fs.FileMode, r io.Reader) error {
	f, err := u.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(r, maxUnpackedBytes-u.bytes+1))
	if u.bytes += n; u.bytes > maxUnpackedBytes {
		return fmt.Errorf("more than %d bytes in all", int64(maxUnpackedBytes))
	}
	if err != nil {
		return err
	}
	if err := f.Chmod(perm | 0o400); err != nil { // the umask had its say at creation
		return err
	}
	if u.sync {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	return f.Close()
}
