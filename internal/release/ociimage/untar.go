package ociimage

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"version-manager/internal/kit/ownership"
)

// unpacker unpacks tar streams into a folder that no entry can leave.
type unpacker struct {
	root *os.Root
	// layer: the stream is a layer of an image. It may replace and remove
	// what lower layers made, and "/" in a link is the root of the image.
	layer bool
	// sync: files must survive a power failure.
	sync bool
	// owner: files of this user of the image belong to another one here.
	owner *Owner
	// maxEntries is how many files and folders there may be; 0: maxUnpackedFiles.
	maxEntries int

	files int
	names int
	bytes int64
}

// extractStream unpacks one stream on top of what is there.
func (u *unpacker) extractStream(ctx context.Context, r io.Reader) error {
	made := map[string]bool{} // by this stream
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		if err := errors.Join(ctx.Err(), u.extractEntry(h, tr, made)); err != nil {
			return fmt.Errorf("unpack %.200q: %w", h.Name, err)
		}
	}
}

func (u *unpacker) extractEntry(h *tar.Header, r io.Reader, made map[string]bool) error {
	if err := u.countEntry(); err != nil {
		return err
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if err := checkEntry(h); err != nil {
		return err
	}
	if u.names += len(h.Name) + len(h.Linkname); u.names > maxNames {
		return fmt.Errorf("the paths have more than %d bytes in all", maxNames)
	}
	name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	if name == "" {
		return nil // the root itself
	}
	dir, base := path.Split(name)
	dir, err := u.mkdirAll(path.Clean(dir))
	if err != nil {
		return err
	}
	if hidden, ok := strings.CutPrefix(base, ".wh."); ok && u.layer {
		return u.applyWhiteout(dir, hidden, made)
	}
	name = path.Join(dir, base)
	for p := name; p != "."; p = path.Dir(p) {
		made[p] = true
	}
	if err := u.createEntry(h, name, r); err != nil {
		return err
	}
	return u.setOwner(h, name)
}

// othersWrite are the permissions of other users to write. A container keeps
// those users out; here they are the other users of this machine, who have no
// use for a folder that everybody in the image may write to.
const othersWrite = 0o022

// setOwner keeps a file's owner from the image if that is the user that the image
// runs as, or if everybody may write to the file there. All other files belong
// to us.
func (u *unpacker) setOwner(h *tar.Header, name string) error {
	if u.owner == nil || h.Typeflag == tar.TypeLink {
		return nil
	}
	info, err := u.root.Lstat(name)
	if err != nil {
		return nil // a device, which was not made
	}
	uid, gid := os.Geteuid(), os.Getegid()
	shared := h.Typeflag != tar.TypeSymlink && h.FileInfo().Mode().Perm()&0o002 != 0
	if h.Uid == u.owner.Image || shared {
		uid, gid = u.owner.UID, u.owner.GID
	}
	if ownership.Owner(info) == uid {
		return nil
	}
	if err := u.root.Lchown(name, uid, gid); err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	return u.root.Chmod(name, info.Mode().Perm())
}

// filePermissions are those that a file of h gets.
func (u *unpacker) filePermissions(h *tar.Header) fs.FileMode {
	perm := h.FileInfo().Mode().Perm()
	if u.layer {
		perm &^= othersWrite
	}
	return perm
}

func (u *unpacker) countEntry() error {
	most := cmp.Or(u.maxEntries, maxUnpackedFiles)
	if u.files++; u.files > most {
		return fmt.Errorf("more than %d files and folders", most)
	}
	return nil
}

// checkEntry refuses what no builder of images writes.
func checkEntry(h *tar.Header) error {
	if err := errors.Join(checkPath(h.Name), checkPath(h.Linkname)); err != nil {
		return err
	}
	if strings.Contains("/"+h.Name+"/", "/../") {
		return errors.New("the name leads out of the archive")
	}
	_, sparse := h.PAXRecords["GNU.sparse.realsize"]
	_, sparseSize := h.PAXRecords["GNU.sparse.size"]
	if sparse || sparseSize || h.Typeflag == tar.TypeGNUSparse {
		return errors.New("sparse files are not supported")
	}
	return nil
}

// createEntry makes the one file, folder or link that h describes. All folders
// above name are real ones.
func (u *unpacker) createEntry(h *tar.Header, name string, r io.Reader) error {
	if h.Typeflag == tar.TypeDir {
		return u.createFolder(name, u.filePermissions(h))
	}
	if err := u.root.RemoveAll(name); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeReg:
		return u.createFile(name, u.filePermissions(h), r)
	case tar.TypeSymlink:
		target, err := u.linkTarget(name, h.Linkname)
		if err != nil {
			return err
		}
		return u.root.Symlink(target, name)
	case tar.TypeLink:
		return u.hardLink(h.Linkname, name)
	}
	return nil // devices and pipes mean nothing here
}

func (u *unpacker) createFolder(name string, perm fs.FileMode) error {
	info, err := u.root.Lstat(name)
	if err == nil && !info.IsDir() {
		if at, err := u.root.Stat(name); err == nil && at.IsDir() {
			return nil // a link to a folder, as /bin often is
		}
		if err := u.root.Remove(name); err != nil {
			return err
		}
	}
	if err := u.root.Mkdir(name, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return u.root.Chmod(name, perm|0o700) // so that entries below can be made
}

func (u *unpacker) createFile(name string, perm fs.FileMode, r io.Reader) error {
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
