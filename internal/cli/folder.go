package cli

import (
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
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/statedir"
)

// gitLimit is how long git may take to say what it tracks.
const gitLimit = 10 * time.Second

// source says why the state of an app is where it is.
type source string

const (
	byDefault source = "the default"
	byName    source = "named by --state or " + stateVariable
	inTree    source = "in the work tree"
)

// folder is the state folder of an app.
type folder struct {
	state  string // the path
	base   string // with what this user keeps for all apps; empty: there is none
	source source
	ignore string // a state folder that does not count because git tracks it
	noBase error  // why there is no base
}

// locate finds the state folder, which need not exist. One that an earlier
// version made in the work tree is used on until it is moved.
func (a *app) locate(root, name string) (f folder, err error) {
	base, err := statedir.Base(a.getenv, root)
	if f.noBase = err; err == nil {
		f.base = base
	}
	if named := firstOf(a.global.state, a.getenv(stateVariable)); named != "" {
		f.source = byName
		f.state, err = filepath.Abs(named)
		return f, err
	}
	beside := filepath.Join(root, statedir.InTree)
	if f.base != "" {
		f.state, f.source = statedir.Default(base, name, root), byDefault
		if exists(f.state) || !exists(beside) {
			return f, nil
		}
	}
	if exists(beside) {
		tracked, err := isTracked(beside)
		if err != nil {
			return f, problem.Wrap(err, problem.Failed, "git status", "find out whether %s came here with the repository", beside)
		}
		if tracked && f.base != "" {
			f.ignore = beside
			return f, nil
		}
	}
	f.state, f.source = beside, inTree
	return f, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func isTracked(path string) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitLimit)
	defer cancel()
	return release.Tracked(ctx, path)
}

// verify refuses a state folder that was not made here, for this user.
func (f folder) verify(trust ownership.Trust) error {
	if !exists(f.state) {
		return nil
	}
	if f.source != byDefault {
		if tracked, err := isTracked(f.state); err != nil || tracked {
			return problem.Wrap(err, problem.Failed, "git rm -r --cached "+kube.Quoted(f.state), "the state folder %s is tracked by git, and may be somebody else's", f.state)
		}
	}
	err := statedir.Verify(f.state, f.base, trust)
	switch {
	case errors.Is(err, statedir.ErrUnbound) && f.madeHere():
		return nil // prepare notes it
	case errors.Is(err, statedir.ErrUnbound), errors.Is(err, statedir.ErrElsewhere):
		return problem.Wrap(err, problem.Failed, f.wayIn(err), "the state folder %s is not used", f.state).
			With("what it names would be started; adopt it if you know where it comes from, or set it aside: mv " + kube.Quoted(f.state) + " " + kube.Quoted(f.state+".aside"))
	case errors.Is(err, os.ErrPermission):
		return f.ofAnother(err)
	case errors.Is(err, ownership.ErrForeign):
		return notOurs(err, "the state folder %s", f.state)
	}
	return err
}

// wayIn is the command that makes a folder count which was refused with err.
// What may be of an earlier version is moved away at once.
func (f folder) wayIn(err error) string {
	if f.source == inTree && f.base != "" && errors.Is(err, statedir.ErrUnbound) {
		return "version-manager state move"
	}
	return "version-manager state adopt"
}

// madeHere reports whether a folder without a binding, as earlier versions
// made it, is this machine's own: nothing is in it yet, an agent serves it, or
// processes were started from it.
func (f folder) madeHere() bool {
	return statedir.Empty(f.state) || agent.IsMadeHere(f.state)
}

// make makes the state folder where there is none, and notes whose it is.
func (f folder) make(root string) error {
	err := f.makeAll(root)
	if errors.Is(err, os.ErrPermission) {
		return f.ofAnother(err)
	}
	return err
}

func (f folder) makeAll(root string) error {
	if err := os.MkdirAll(f.state, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	if _, err := statedir.Read(f.state); errors.Is(err, statedir.ErrUnbound) {
		if err := statedir.Bind(f.state, f.base, statedir.Real(root)); err != nil {
			return err
		}
	}
	return keepOutOfGit(f.state, root)
}

// keepOutOfGit hides a state folder in the work tree from git, and leaves no
// trace of that in any other.
func keepOutOfGit(dir, root string) error {
	ignore := filepath.Join(dir, ".gitignore")
	switch inside := strings.HasPrefix(dir, root+string(filepath.Separator)); {
	case inside && !exists(ignore):
		return atomicfile.Write(ignore, []byte("*\n"), 0o600)
	case !inside:
		_ = os.Remove(ignore) // it does no harm
	}
	return nil
}

func (f folder) ofAnother(err error) error {
	hint := fmt.Sprintf(`sudo chown -R "$(id -u):$(id -g)" %s    (or run this with sudo -E, as before)`, kube.Quoted(f.state))
	return problem.Wrap(err, problem.Failed, hint, "the state folder %s belongs to another user", f.state)
}

// advise says what a person should know about where the state is.
func (a *app) advise(p place) {
	if a.advised {
		return
	}
	a.advised = true
	switch {
	case p.ignore != "":
		a.note("%s is tracked by git and does not count: state never comes with a repository", p.ignore)
	case p.source == inTree && p.base != "" && exists(p.state):
		a.note("the state is in the work tree, where git clean -fdx deletes it; this moves it away: version-manager state move")
	case p.source == inTree && p.noBase != nil:
		a.note("the state is kept in the work tree, where git clean -fdx deletes it: %v", p.noBase)
	case p.source == byDefault && !exists(p.state):
		if lost := p.lost(); len(lost) == 1 {
			a.note("if the app was in %s before, this brings its versions and history here: version-manager state adopt %s",
				lost[0].Binding.Project, kube.Quoted(lost[0].Dir))
		}
	}
}

// lost are the state folders that may belong to this project: of an app with
// the same name whose folder is gone, and of this folder on another machine.
func (p place) lost() (list []statedir.Kept) {
	for _, k := range statedir.All(p.base) {
		app := filepath.Base(k.Dir)
		if i := strings.LastIndexByte(app, '-'); i < 0 || app[:i] != p.app.Name || k.Dir == p.state {
			continue
		}
		if b := k.Binding; b.Project == statedir.Real(p.root) || b.Project != "" && !exists(b.Project) {
			list = append(list, k)
		}
	}
	return list
}
