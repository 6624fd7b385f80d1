package gitrepo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/filetree"
)

// Tree is what Export wrote.
type Tree struct {
	Nodes    []filetree.Node // all files, in the order of their paths
	Withheld []string        // links that would lead out of it: "link -> target"
}

// ExportCommit writes the files of a commit into the empty folder dir: all that
// "git ls-tree -r" lists, submodules included, byte for byte as committed, and
// in place of Git LFS pointers the files that they stand for. Nothing else has
// a say: no attribute, no filter, no configuration, no work tree.
//
// Links are written as they are, except for those that lead out of the folder:
// those are broken, so that using one fails.
func (r *Repo) ExportCommit(ctx context.Context, commit Commit, dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("export %.12s: %w", commit.ID, err)
	}
	defer root.Close()
	e := &exporter{root: root, dir: dir}
	m := &module{git: r.git, work: r.Root, gitDirs: []string{r.gitDir, r.common}, commit: commit.ID, at: "."}
	if err = m.openObjects(ctx); err == nil {
		err = e.exportModule(ctx, m)
	}
	if err == nil {
		err = e.blockOutsideLinks()
	}
	if err != nil {
		return nil, r.exportFailed(ctx, commit, err)
	}
	return &e.Tree, nil
}

// exportFailed adds which commit the error is about, and what to do.
func (r *Repo) exportFailed(ctx context.Context, commit Commit, err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		about := *p
		about.What = fmt.Sprintf("export %.12s: %s", commit.ID, p.What)
		return &about
	}
	if !errors.Is(err, errMissing) {
		return fmt.Errorf("export %.12s: %w", commit.ID, err)
	}
	hint := "git fsck"
	if partial, _ := r.git.runGit(ctx, "config", "--get-regexp", `^(remote\..*\.promisor|extensions\.partialclone)$`); partial != "" {
		hint = "git fetch --refetch --no-filter"
	}
	return problem.Wrap(err, problem.Failed, hint, "export %.12s", commit.ID)
}

// exporter is one run of Export.
type exporter struct {
	Tree
	root  *os.Root
	dir   string
	links []string
	count int
	bytes int64
}

// exportModule exports one repository, which is open, and closes it.
func (e *exporter) exportModule(ctx context.Context, m *module) error {
	defer m.objects.closeReader()
	if err := e.exportFolder(ctx, m, m.tree, m.at, strings.Count(m.at, "/")); err != nil {
		return err
	}
	return e.fillPointers(ctx, m)
}

// exportFolder exports a tree, whose folder is there already.
func (e *exporter) exportFolder(ctx context.Context, m *module, tree, at string, depth int) error {
	b, err := m.objects.readObject(tree, "tree", maxTreeBytes)
	if err != nil {
		return fmt.Errorf("folder %q: %w", at, err)
	}
	entries, err := parseTree(b, len(tree))
	if err != nil {
		return fmt.Errorf("folder %q: %w", at, err)
	}
	if depth > maxFolderDepth {
		return fmt.Errorf("folder %q: more than %d folders deep", at, maxFolderDepth)
	}
	if tree == m.tree {
		m.noteGitmodules(entries)
	}
	for _, entry := range entries {
		if err := errors.Join(ctx.Err(), e.exportEntry(ctx, m, entry, path.Join(at, entry.name), depth)); err != nil {
			return err
		}
	}
	return nil
}

func (e *exporter) exportEntry(ctx context.Context, m *module, exportEntry treeEntry, name string, depth int) error {
	if e.count++; e.count > maxExportFiles {
		return fmt.Errorf("more than %d files", maxExportFiles)
	}
	switch exportEntry.mode {
	case modeTree, modeSubmodule:
		if err := e.root.Mkdir(name, 0o755); err != nil {
			return fmt.Errorf("%q: %w", name, explainTaken(err))
		}
		if exportEntry.mode == modeTree {
			return e.exportFolder(ctx, m, exportEntry.id, name, depth+1)
		}
		return e.exportSubmodule(ctx, m, exportEntry.id, name)
	}
	if err := e.exportFile(m, exportEntry, name); err != nil {
		return fmt.Errorf("%q: %w", name, explainTaken(err))
	}
	return nil
}

// explainTaken says why a file that should be new exists.
func explainTaken(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("it differs from another file only in a way that this file system does not tell apart: %w", err)
	}
	return err
}

// exportFile exports a file or a link.
func (e *exporter) exportFile(m *module, entry treeEntry, name string) error {
	size, err := m.objects.requestObject(entry.id, "blob")
	if err != nil {
		return err
	}
	if e.bytes += size; e.bytes > maxExportBytes {
		return fmt.Errorf("more than %d bytes in all", int64(maxExportBytes))
	}
	if entry.mode == modeLink {
		return e.exportLink(m, entry, name, size)
	}
	f, err := e.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sum, start := sha256.New(), &prefix{}
	if err := m.objects.copyContent(io.MultiWriter(f, sum, start), entry.id, "blob", size); err != nil {
		return err
	}
	e.Nodes = append(e.Nodes, filetree.Node{Path: name, Mode: entry.mode, Sum: hex.EncodeToString(sum.Sum(nil))})
	if p, ok := parsePointer(start.Bytes()); ok && size < maxPointer {
		m.pointers = append(m.pointers, pointerFile{p, len(e.Nodes) - 1})
	}
	perm := fs.FileMode(0o644)
	if entry.mode == modeExecutable {
		perm = 0o755
	}
	return errors.Join(f.Chmod(perm), f.Close()) // the umask had its say at creation
}

func (e *exporter) exportLink(m *module, entry treeEntry, name string, size int64) error {
	if size > maxLinkTargetBytes {
		return fmt.Errorf("a link to a name of %d bytes, more than %d", size, maxLinkTargetBytes)
	}
	var target bytes.Buffer
	if err := m.objects.copyContent(&target, entry.id, "blob", size); err != nil {
		return err
	}
	sum := sha256.Sum256(target.Bytes())
	e.Nodes = append(e.Nodes, filetree.Node{Path: name, Mode: modeLink, Sum: hex.EncodeToString(sum[:])})
	e.links = append(e.links, name)
	return e.root.Symlink(target.String(), name)
}

// BlockedLinkTarget is where a link points that would lead out of the tree. No folder of
// that name can exist.
const BlockedLinkTarget = "/dev/null/outside-of-the-repository"

// blockOutsideLinks replaces the links that lead out of the tree.
func (e *exporter) blockOutsideLinks() error {
	for _, name := range e.links {
		if !filetree.LeadsOutside(e.root, name) {
			continue
		}
		target, err := e.root.Readlink(name)
		if err != nil {
			return err
		}
		if err := errors.Join(e.root.Remove(name), e.root.Symlink(BlockedLinkTarget, name)); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		e.Withheld = append(e.Withheld, fmt.Sprintf("%s -> %s", name, target))
	}
	return nil
}

// ExplainFailure adds to a failure the links that were withheld, one of which may be
// the reason.
func (t *Tree) ExplainFailure(err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok && len(t.Withheld) > 0 {
		p.Lines = append(p.Lines, "links that point outside of the repository are not part of a version:")
		p.Lines = append(p.Lines, t.Withheld[:min(MaxListedFiles, len(t.Withheld))]...)
	}
	return err
}
