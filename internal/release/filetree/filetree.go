// Package filetree names a folder by the content of its files, and keeps names
// inside of it.
package filetree

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"version-manager/internal/kit/atomicfile"
)

// Node is one file of a tree, as it counts for a digest.
type Node struct {
	Path string `json:"path"`
	Mode string `json:"mode"` // as git writes it: 100644, 100755, or 120000
	Sum  string `json:"sum"`  // SHA-256 of the content, or of a link's target; hexadecimal
}

// DigestTree returns "sha256:…" over path, mode, and content of every file below
// dir. Empty folders do not count.
func DigestTree(dir string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	sum := sha256.New()
	err = WalkNodes(root, ".", func(n Node) { fmt.Fprintf(sum, "%s %s %q\n", n.Mode, n.Sum, n.Path) })
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

// WalkNodes calls visit for every file at and below name, in lexical order.
func WalkNodes(root *os.Root, name string, visit func(Node)) error {
	return fs.WalkDir(root.FS(), name, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n, err := readNode(root, p, e.Type())
		if err == nil {
			visit(n)
		}
		return err
	})
}

func readNode(root *os.Root, p string, kind fs.FileMode) (Node, error) {
	if kind&fs.ModeSymlink != 0 {
		target, err := root.Readlink(p)
		sum := sha256.Sum256([]byte(target))
		return Node{p, "120000", hex.EncodeToString(sum[:])}, err
	}
	if !kind.IsRegular() {
		return Node{p, kind.String(), ""}, nil // opening a pipe would wait
	}
	f, err := atomicfile.OpenInRoot(root, p)
	if err != nil {
		return Node{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Node{}, err
	}
	mode := "100644"
	if info.Mode()&0o100 != 0 {
		mode = "100755"
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return Node{}, fmt.Errorf("read %s: %w", p, err)
	}
	return Node{p, mode, hex.EncodeToString(sum.Sum(nil))}, nil
}

// LeadsOutside reports whether a name leads out of root, by itself or by a
// link. A program may resolve ".." before it looks at the file system, so the
// words alone count too. A name inside that does not exist is not outside.
func LeadsOutside(root *os.Root, name string) bool {
	if !filepath.IsLocal(filepath.Clean(name)) {
		return true
	}
	_, err := root.Stat(name)
	if err == nil {
		return false
	}
	_, system := errors.AsType[syscall.Errno](err) // such as ENOENT
	return !system
}
