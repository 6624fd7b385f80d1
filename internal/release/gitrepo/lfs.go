package gitrepo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/text"
)

// maxPointer is the size below which a file can be a Git LFS pointer.
const maxPointer = 1024

// pointer stands for a file that Git LFS keeps outside of the commit.
type pointer struct {
	oid  string // SHA-256 of the file
	size int64
}

// pointerFile is a pointer and the index of its file in the export.
type pointerFile struct {
	pointer
	node int
}

// prefix keeps the beginning of what is written to it.
type prefix struct{ bytes.Buffer }

func (p *prefix) Write(b []byte) (int, error) {
	p.Buffer.Write(b[:min(len(b), maxPointer-p.Len())])
	return len(b), nil
}

// parsePointer reads a pointer as the specification of Git LFS has it. One
// with extensions stands for a file that only their programs could make, so
// it has no OID here that could be found.
func parsePointer(b []byte) (pointer, bool) {
	rest, ok := bytes.CutPrefix(b, []byte("version https://git-lfs.github.com/spec/v1\n"))
	if !ok {
		if rest, ok = bytes.CutPrefix(b, []byte("version https://hawser.github.com/spec/v1\n")); !ok {
			return pointer{}, false
		}
	}
	p, extended := pointer{size: -1}, false
	for line := range strings.Lines(string(rest)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case key == "oid":
			p.oid, _ = strings.CutPrefix(value, "sha256:")
		case key == "size":
			size, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return pointer{}, false
			}
			p.size = size
		case strings.HasPrefix(key, "ext-"):
			extended = true
		}
	}
	sum, err := hex.DecodeString(p.oid)
	if err != nil || len(sum) != sha256.Size || p.size < 0 || strings.ToLower(p.oid) != p.oid {
		return pointer{}, false
	}
	if extended {
		p.oid = ""
	}
	return p, true
}

// fillPointers puts the files in the place of the pointers to them. A pointer
// is one where the commit's own .gitattributes say so; elsewhere it is only a
// file that looks like one.
func (e *exporter) fillPointers(ctx context.Context, m *module) error {
	if len(m.pointers) == 0 {
		return nil
	}
	tracked, err := e.trackedByLFS(ctx, m)
	if err != nil {
		return fmt.Errorf("read which files are in Git LFS: %w", err)
	}
	var missing []string
	for _, p := range m.pointers {
		name := e.Nodes[p.node].Path
		inner := pathWithin(m.at, name)
		if !tracked[inner] {
			continue
		}
		switch err := e.fillPointer(ctx, m, p, inner); {
		case errors.Is(err, errMissing):
			missing = append(missing, name)
		case err != nil:
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	hint := "git lfs pull"
	if m.depth > 0 {
		hint = "git submodule foreach --recursive git lfs pull"
	} else if head, _ := m.git.runGit(ctx, "rev-parse", "HEAD"); head != m.commit {
		hint = "git lfs fetch origin " + m.commit
	}
	more := missing[min(len(missing), MaxListedFiles):]
	p := problem.New(problem.Failed, hint, "%s in Git LFS and not here: %s", text.CountNoun(len(missing), "file is", "files are"), missing[0])
	if p.With(missing[:len(missing)-len(more)]...); len(more) > 0 {
		p.With(fmt.Sprintf("and %d more", len(more)))
	}
	return p
}

// trackedByLFS asks git which files have the attribute. It runs in an empty
// repository on top of the export, where only what was committed counts.
func (e *exporter) trackedByLFS(ctx context.Context, m *module) (map[string]bool, error) {
	empty, err := os.MkdirTemp(filepath.Dir(e.dir), "attributes-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(empty)
	if _, err := (git{dir: empty}).runGit(ctx, "init", "--quiet", "--template=", "."); err != nil {
		return nil, err
	}
	var names strings.Builder
	for _, p := range m.pointers {
		names.WriteString(pathWithin(m.at, e.Nodes[p.node].Path) + "\x00")
	}
	g := git{dir: filepath.Join(e.dir, filepath.FromSlash(m.at)), gitDir: filepath.Join(empty, ".git")}
	out, err := g.runWithInput(ctx, names.String(), "check-attr", "-z", "--stdin", "filter")
	tracked := map[string]bool{}
	for f := range slices.Chunk(strings.Split(out, "\x00"), 3) {
		if len(f) == 3 && f[2] == "lfs" {
			tracked[f[0]] = true
		}
	}
	return tracked, err
}

// fillPointer writes the file that a pointer stands for, wherever it is.
func (e *exporter) fillPointer(ctx context.Context, m *module, p pointerFile, inner string) error {
	if p.oid == "" {
		return errors.New("it is kept by an extension of Git LFS, and those cannot be read")
	}
	if e.bytes += p.size; e.bytes > maxExportBytes {
		return fmt.Errorf("more than %d bytes in all", int64(maxExportBytes))
	}
	n := &e.Nodes[p.node]
	for _, from := range m.lfsCopies(ctx, p.oid, inner) {
		sum, err := e.copyChecked(n.Path, from, p.pointer)
		if err == nil {
			n.Sum = sum
			return nil
		}
		if !errors.Is(err, errMissing) {
			return err
		}
	}
	return errMissing
}

// lfsCopies are the files that may have the content: the store of Git LFS, and
// the work tree.
func (m *module) lfsCopies(ctx context.Context, oid, inner string) []string {
	stored := path.Join("objects", oid[:2], oid[2:4], oid)
	var files []string
	common := m.gitDirs[len(m.gitDirs)-1]
	if dir, _ := m.git.runGit(ctx, "config", "--get", "lfs.storage"); dir != "" {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(common, dir)
		}
		files = append(files, filepath.Join(dir, stored))
	}
	return append(files, filepath.Join(common, "lfs", stored), filepath.Join(m.work, filepath.FromSlash(inner)))
}

// copyChecked replaces the content of an exported file by that of another one,
// which counts as missing unless it is what the pointer says.
func (e *exporter) copyChecked(name, from string, want pointer) (sum string, err error) {
	info, err := os.Stat(from)
	if err != nil || !info.Mode().IsRegular() || info.Size() != want.size {
		return "", errMissing
	}
	in, err := os.Open(from)
	if err != nil {
		return "", errMissing
	}
	defer in.Close()
	out, err := e.root.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return "", err
	}
	defer out.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(in, want.size)); err != nil {
		return "", err
	}
	if sum = hex.EncodeToString(h.Sum(nil)); sum != want.oid {
		return "", errMissing
	}
	return sum, out.Close()
}
