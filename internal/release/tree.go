package release

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
)

// node is one file of a tree whose digest is taken.
type node struct {
	Path string `json:"path"`
	Mode string `json:"mode"` // as git has it: 100644, 100755 or 120000
	Sum  string `json:"sum"`  // of the content, or of where a link points
}

// treeDigest is the digest over path, mode and content of all files below dir.
func treeDigest(dir string) (string, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	sum := sha256.New()
	err = eachNode(root, ".", func(n node) { fmt.Fprintf(sum, "%s %s %q\n", n.Mode, n.Sum, n.Path) })
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

// infraDigest is the digest over the files and folders that a configuration
// names as inputs of the infrastructure, from the app's root at prefix.
func (t *Tree) infraDigest(prefix string, inputs []string) (string, error) {
	nodes := []node{} // not nil: no input at all has a digest too
	for _, in := range inputs {
		found := t.below(prefix, path.Clean(filepath.ToSlash(in)))
		if len(found) == 0 {
			return "", problem.New(problem.Failed, "",
				"%s names %q under infrastructure, which the commit does not have", config.File, in)
		}
		nodes = append(nodes, found...)
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.Path, b.Path) })
	return config.Digest(slices.Compact(nodes))
}

// below returns the files at and below name, with their paths from prefix.
func (t *Tree) below(prefix, name string) []node {
	var found []node
	for _, n := range t.nodes {
		if prefix != "." && !strings.HasPrefix(n.Path, prefix+"/") {
			continue
		}
		n.Path = within(prefix, n.Path)
		if n.Path == name || name == "." || strings.HasPrefix(n.Path, name+"/") {
			found = append(found, n)
		}
	}
	return found
}

// walk returns the files at and below name, in lexical order.
func walk(dir, name string) ([]node, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	nodes := []node{}
	err = eachNode(root, name, func(n node) { nodes = append(nodes, n) })
	return nodes, err
}

// eachNode calls do for the files at and below name, in lexical order.
func eachNode(root *os.Root, name string, do func(node)) error {
	return fs.WalkDir(root.FS(), name, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n, err := nodeAt(root, p, e.Type())
		if err == nil {
			do(n)
		}
		return err
	})
}

func nodeAt(root *os.Root, p string, kind fs.FileMode) (node, error) {
	if kind&fs.ModeSymlink != 0 {
		target, err := root.Readlink(p)
		sum := sha256.Sum256([]byte(target))
		return node{p, "120000", hex.EncodeToString(sum[:])}, err
	}
	if !kind.IsRegular() {
		return node{p, kind.String(), ""}, nil // to open a pipe would be to wait
	}
	f, err := openRegular(root, p)
	if err != nil {
		return node{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return node{}, err
	}
	mode := "100644"
	if info.Mode()&0o100 != 0 {
		mode = "100755"
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return node{}, fmt.Errorf("read %s: %w", p, err)
	}
	return node{p, mode, hex.EncodeToString(sum.Sum(nil))}, nil
}

// summed computes the digest of what passes through.
type summed struct {
	r   io.Reader
	sum hash.Hash
}

func newSHA256() hash.Hash { return sha256.New() }

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

func (s *summed) hash() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(s.sum.Sum(nil))}
}
