package gobuild

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/release/filetree"
)

// Sources are the files of a commit, ready to be compiled.
type Sources struct {
	Tree   string // the whole repository
	Prefix string // from tree to the app's root, with slashes
}

// AppDir is the folder of the app.
func (s Sources) AppDir() string { return filepath.Join(s.Tree, filepath.FromSlash(s.Prefix)) }

// FindAbove returns the nearest file of that name in the app's folder or above it,
// from the tree's root and with slashes; "" if the tree has none. What lies
// above the tree is never looked at.
func (s Sources) FindAbove(name string) (string, error) {
	for at := s.Prefix; ; at = path.Dir(at) {
		file := path.Join(at, name)
		info, err := os.Stat(s.FilePath(file))
		if err == nil && !info.IsDir() {
			return file, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", problem.Wrap(err, problem.Failed, "", "read %s", file)
		}
		if at == "." {
			return "", nil
		}
	}
}

func (s Sources) FilePath(name string) string { return filepath.Join(s.Tree, filepath.FromSlash(name)) }

// workspaceFile returns what GOWORK has to be, and fails if the build would
// read modules from outside the commit.
func (s Sources) workspaceFile(ctx context.Context, g goTool) (string, error) {
	mod, err := s.FindAbove("go.mod")
	if err != nil {
		return "", err
	}
	work, err := s.FindAbove("go.work")
	switch {
	case err != nil:
		return "", err
	case work != "":
		return s.FilePath(work), s.checkWork(ctx, g, work)
	case mod == "":
		return "", problem.New(problem.Failed, "go mod init example.org/app && go mod tidy && git add go.mod",
			"the commit has no go.mod, neither beside version-manager.yaml nor above it")
	}
	return "off", s.checkModule(ctx, g, mod)
}

// replacement is a replace line as "go mod edit -json" prints it.
type replacement struct {
	Old struct{ Path string }
	New struct{ Path, Version string }
}

// checkModule fails if go.mod replaces a module by a folder outside the tree.
func (s Sources) checkModule(ctx context.Context, g goTool, file string) error {
	var mod struct{ Replace []replacement }
	if err := g.parseModFile(ctx, &mod, s, "mod", file); err != nil {
		return err
	}
	return s.checkReplace(file, mod.Replace)
}

// checkWork is checkModule for a workspace and all modules that it uses.
func (s Sources) checkWork(ctx context.Context, g goTool, file string) error {
	var work struct {
		Use     []struct{ DiskPath string }
		Replace []replacement
	}
	if err := g.parseModFile(ctx, &work, s, "work", file); err != nil {
		return err
	}
	for _, u := range work.Use {
		if !s.isWithinTree(file, u.DiskPath) {
			return problem.New(problem.Failed, "go work edit -dropuse="+shell.QuoteWord(u.DiskPath),
				"%s uses the folder %s, which is not in the repository", file, u.DiskPath)
		}
		mod := path.Join(path.Dir(file), filepath.ToSlash(u.DiskPath), "go.mod")
		if _, err := os.Stat(s.FilePath(mod)); err != nil {
			continue // which go itself complains about
		}
		if err := s.checkModule(ctx, g, mod); err != nil {
			return err
		}
	}
	return s.checkReplace(file, work.Replace)
}

func (s Sources) checkReplace(file string, list []replacement) error {
	for _, r := range list {
		if r.New.Version == "" && !s.isWithinTree(file, r.New.Path) {
			return problem.New(problem.Failed, "commit that module within the repository, or use a released one: go mod edit -dropreplace="+shell.QuoteWord(r.Old.Path),
				"%s replaces %s by the folder %s, which is not in the repository", file, r.Old.Path, r.New.Path)
		}
	}
	return nil
}

// isWithinTree tells whether a folder that a file names is in the tree, whatever
// links there are on the way.
func (s Sources) isWithinTree(file, folder string) bool {
	root, err := os.OpenRoot(s.Tree)
	if err != nil {
		return false
	}
	defer root.Close()
	return !filepath.IsAbs(folder) && !filetree.LeadsOutside(root, path.Dir(file)+"/"+filepath.ToSlash(folder))
}

// parseModFile has the go command read a go.mod or go.work file.
func (g goTool) parseModFile(ctx context.Context, into any, s Sources, kind, file string) error {
	out, err := g.runGo(ctx, s.FilePath(path.Dir(file)), kind, "edit", "-json", path.Base(file))
	if err != nil {
		return err
	}
	return json.Unmarshal(out, into)
}
