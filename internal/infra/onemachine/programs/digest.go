package programs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// layout counts up when the same sources shall give other files: another way
// to build, other images.
const layout = 1

// digest names everything that decides what a build gives: the sources, the
// exact versions of all modules, how the programs are linked and which Go
// compiles them.
func digest(dir, toolchain string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n", layout, toolchain)
	for _, p := range table() {
		fmt.Fprintf(h, "%s %s %s\n", p.name, p.pkg, p.flags)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !counts(d.Name()) {
			return err
		}
		return add(h, dir, path)
	})
	if err != nil {
		return "", fmt.Errorf("read the programs' source: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// counts says which files are compiled.
func counts(name string) bool {
	return name == "go.mod" || name == "go.sum" || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}

// add writes name, size and content, so that no two folders look alike.
func add(h io.Writer, dir, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(dir, path)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%s %d\n", filepath.ToSlash(name), len(b))
	_, err = h.Write(b)
	return err
}
