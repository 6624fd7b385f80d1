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

// buildVersion is increased when the same source code leads to other files:
// another way to build, other images.
const buildVersion = 1

// sourceDigest covers everything that decides what a build produces: the source
// code, the exact versions of all modules, the linker's flags, and the Go
// toolchain.
func sourceDigest(dir, toolchain string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s\n", buildVersion, toolchain)
	for _, p := range programTable() {
		fmt.Fprintf(h, "%s %s %s\n", p.name, p.pkg, p.flags)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isCompiled(d.Name()) {
			return err
		}
		return addFile(h, dir, path)
	})
	if err != nil {
		return "", fmt.Errorf("read the programs' source code: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// isCompiled reports whether a file goes into the programs.
func isCompiled(name string) bool {
	return name == "go.mod" || name == "go.sum" || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}

// addFile writes name, size, and content, so that no two folders lead to the same
// digest.
func addFile(h io.Writer, dir, path string) error {
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
