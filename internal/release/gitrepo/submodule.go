package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// maxModules bounds how deep submodules are nested.
const maxModules = 10

// module is a repository in an export: the outermost one, or a submodule.
type module struct {
	git     git
	work    string   // where its files are in the work tree, if they are
	gitDirs []string // its own git folder, and the one that it shares with other work trees
	commit  string
	at      string // path in the export, "." for the outermost one
	depth   int

	objects    *objectReader
	tree       string
	gitmodules string            // ID of .gitmodules, "" if none exists
	names      map[string]string // of submodules, by path; read when the first is met
	pointers   []pointerFile
}

// openObjects starts to read the module's objects.
func (m *module) openObjects(ctx context.Context) (err error) {
	if m.objects, err = openObjects(ctx, m.git); err != nil {
		return err
	}
	if m.tree, err = m.objects.treeOf(m.commit); err != nil {
		m.objects.closeReader()
		return fmt.Errorf("commit %.12s: %w", m.commit, err)
	}
	return nil
}

// noteGitmodules takes note of what the module's top folder says about it.
func (m *module) noteGitmodules(entries []treeEntry) {
	for _, e := range entries {
		if e.name == ".gitmodules" && (e.mode == modeFile || e.mode == modeExecutable) {
			m.gitmodules = e.id
		}
	}
}

// exportSubmodule exports the submodule that belongs at a path, from its own object
// store: that of its checkout, or, without one, the store that git keeps.
func (e *exporter) exportSubmodule(ctx context.Context, m *module, commit, at string) error {
	if m.depth >= maxModules {
		return fmt.Errorf("submodule %q: more than %d submodules within each other", at, maxModules)
	}
	inner := pathWithin(m.at, at)
	name, err := m.nameOf(ctx, inner)
	if err != nil {
		return fmt.Errorf("submodule %q: %w", at, err)
	}
	work := filepath.Join(m.work, filepath.FromSlash(inner))
	for _, dir := range m.objectStores(work, name) {
		sub, err := openStore(ctx, dir, work, commit)
		if err != nil {
			continue // another one may have it
		}
		sub.at, sub.depth = at, m.depth+1
		return e.exportModule(ctx, sub)
	}
	return problem.New(problem.Failed, "git submodule update --init --recursive",
		"the submodule %q is not here at the commit %.12s that the version needs", at, commit)
}

// objectStores are the git folders that may have a submodule's objects.
func (m *module) objectStores(work, name string) []string {
	dirs := []string{filepath.Join(work, ".git")}
	if name != "" && filepath.IsLocal(name) {
		for _, dir := range m.gitDirs {
			dirs = append(dirs, filepath.Join(dir, "modules", filepath.FromSlash(name)))
		}
	}
	return slices.DeleteFunc(slices.Compact(dirs), func(dir string) bool {
		_, err := os.Stat(dir)
		return err != nil
	})
}

// openStore opens a submodule if it has the commit. Its git folder is named
// outright: git then searches for none, nor needs the checkout.
func openStore(ctx context.Context, dir, work, commit string) (*module, error) {
	m := &module{git: git{dir: filepath.Dir(dir), gitDir: dir}, work: work, commit: commit}
	for _, option := range []string{"--absolute-git-dir", "--git-common-dir"} {
		found, err := m.git.runGit(ctx, "rev-parse", option)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(found) {
			found = filepath.Join(m.git.dir, found)
		}
		m.gitDirs = append(m.gitDirs, found)
	}
	return m, m.openObjects(ctx)
}

// nameOf is what .gitmodules calls the submodule at a path, "" if nothing.
func (m *module) nameOf(ctx context.Context, at string) (string, error) {
	if m.names == nil && m.gitmodules != "" {
		out, err := m.git.runGit(ctx, "config", "--blob", m.gitmodules, "--null", "--get-regexp", `^submodule\..*\.path$`)
		if err := exitedWith(err, 1); err != nil { // 1: no such setting
			return "", err
		}
		m.names = map[string]string{}
		for line := range strings.SplitSeq(out, "\x00") {
			key, where, _ := strings.Cut(line, "\n")
			m.names[path.Clean(where)] = strings.TrimSuffix(strings.TrimPrefix(key, "submodule."), ".path")
		}
	}
	return m.names[at], nil
}

// pathWithin is a path of the export as the module at a path calls it.
func pathWithin(at, name string) string {
	if at == "." {
		return name
	}
	return strings.TrimPrefix(name, at+"/")
}
