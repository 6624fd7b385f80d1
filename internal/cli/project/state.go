package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"version-manager/internal/agent"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/statedir"
)

// gitTimeout is how long git may take to say what it tracks.
const gitTimeout = 10 * time.Second

// Source says why the state of a project is where it is. It is part of the
// JSON contract of `state`.
type Source string

const (
	Default  Source = "the default"
	Named    Source = "named by --state or " + StateVariable
	WorkTree Source = "in the work tree"
)

// StateFolder is where a project keeps its state. It need not exist.
type StateFolder struct {
	Path    string
	Base    string // folder with the state of all apps of this user; empty: none
	Source  Source
	Ignored string // a state folder that does not count because git tracks it
	noBase  error  // why there is no Base
}

// locateState finds the state folder. One that an earlier version made in the
// work tree is used until it is moved.
func locateState(getenv func(string) string, flag, root, app string) (f StateFolder, err error) {
	base, err := statedir.BaseFolder(getenv, root)
	if f.noBase = err; err == nil {
		f.Base = base
	}
	if named := cmp.Or(flag, getenv(StateVariable)); named != "" {
		f.Source = Named
		f.Path, err = filepath.Abs(named)
		return f, err
	}
	inTree := filepath.Join(root, statedir.InTree)
	if f.Base != "" {
		f.Path, f.Source = statedir.DefaultFolder(base, app, root), Default
		if f.Exists() || !FileExists(inTree) {
			return f, nil
		}
	}
	if FileExists(inTree) {
		tracked, err := IsTracked(inTree)
		if err != nil {
			return f, problem.Wrap(err, problem.Failed, "git status", "cannot find out whether git tracks %s", inTree)
		}
		if tracked && f.Base != "" {
			f.Ignored = inTree
			return f, nil
		}
	}
	f.Path, f.Source = inTree, WorkTree
	return f, nil
}

// Exists reports whether the folder exists.
func (f StateFolder) Exists() bool { return FileExists(f.Path) }

// FileExists reports whether there is anything at path.
func FileExists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// IsTracked reports whether git tracks anything at path.
func IsTracked(path string) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitTimeout)
	defer cancel()
	return gitrepo.IsTracked(ctx, path)
}

// Verify refuses a state folder that was not made here by this user.
func (f StateFolder) Verify(trust ownership.Trust) error {
	if !f.Exists() {
		return nil
	}
	if f.Source != Default {
		if tracked, err := IsTracked(f.Path); err != nil || tracked {
			return problem.Wrap(err, problem.Failed, "git rm -r --cached "+shell.QuoteIfNeeded(f.Path), "the state folder %s is tracked by git, and may be somebody else's", f.Path)
		}
	}
	err := statedir.VerifyBinding(f.Path, f.Base, trust)
	switch {
	case errors.Is(err, statedir.ErrUnbound) && f.wasMadeHere():
		return nil // makeFolder binds it
	case errors.Is(err, statedir.ErrUnbound), errors.Is(err, statedir.ErrElsewhere):
		return problem.Wrap(err, problem.Failed, f.acceptCommand(err), "the state folder %s was not created here, so it is not used", f.Path).
			With("adopting it may start the programs that it names, so adopt it only if you know where it comes from; to set it aside instead: mv " + shell.QuoteIfNeeded(f.Path) + " " + shell.QuoteIfNeeded(f.Path+".aside"))
	case errors.Is(err, os.ErrPermission):
		return f.explainPermission(err)
	case errors.Is(err, ownership.ErrForeign):
		return ExplainForeign(err, "the state folder %s", f.Path)
	}
	return err
}

// acceptCommand is the command that makes a folder count which was refused
// with err. What may be of an earlier version is moved away at once.
func (f StateFolder) acceptCommand(err error) string {
	if f.Source == WorkTree && f.Base != "" && errors.Is(err, statedir.ErrUnbound) {
		return "version-manager state move"
	}
	return "version-manager state adopt"
}

// wasMadeHere reports whether a folder without a binding, as earlier versions
// made it, is this machine's own: nothing is in it yet, an agent serves it, or
// processes were started from it.
func (f StateFolder) wasMadeHere() bool {
	return statedir.IsEmpty(f.Path) || agent.IsMadeHere(f.Path)
}

// makeFolder makes the folder if it does not exist, and records whose it is.
func (f StateFolder) makeFolder(root string) error {
	err := f.makeBound(root)
	if errors.Is(err, os.ErrPermission) {
		return f.explainPermission(err)
	}
	return err
}

func (f StateFolder) makeBound(root string) error {
	if err := os.MkdirAll(f.Path, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if _, err := statedir.ReadBinding(f.Path); errors.Is(err, statedir.ErrUnbound) {
		if err := statedir.WriteBinding(f.Path, f.Base, statedir.RealPath(root)); err != nil {
			return err
		}
	}
	return KeepOutOfGit(f.Path, root)
}

// KeepOutOfGit hides a state folder in the work tree from git, and leaves no
// trace of that in any other.
func KeepOutOfGit(dir, root string) error {
	ignore := filepath.Join(dir, ".gitignore")
	switch inside := strings.HasPrefix(dir, root+string(filepath.Separator)); {
	case inside && !FileExists(ignore):
		return atomicfile.WriteFile(ignore, []byte("*\n"), 0o600)
	case !inside:
		_ = os.Remove(ignore) // it does no harm
	}
	return nil
}

func (f StateFolder) explainPermission(err error) error {
	hint := fmt.Sprintf(`sudo chown -R "$(id -u):$(id -g)" %s`, shell.QuoteIfNeeded(f.Path))
	return problem.Wrap(err, problem.Failed, hint, "the state folder %s belongs to another user", f.Path)
}
