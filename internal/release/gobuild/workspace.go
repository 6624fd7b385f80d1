package gobuild

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"syscall"

	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// Workspace is the private folder in which one version is built. It lies in
// the user's cache: tools such as go look for configuration in the folders
// above, and in a shared one anybody could put some there.
type Workspace struct {
	Dir   string
	cache string // for what outlives a build
	Note  string // what a person should know about the place, or ""
	held  *os.File
}

// NewWorkspace makes a workspace and removes those that killed builds left.
func NewWorkspace() (*Workspace, error) {
	cache, note, err := privateCache()
	if err != nil {
		return nil, err
	}
	base := filepath.Join(cache, "build")
	all, err := lockFolder(base, filelock.WaitLock)
	if err != nil {
		return nil, fmt.Errorf("make a folder to build in: %w", err)
	}
	defer all.Close()
	sweepAbandoned(base)
	dir, err := os.MkdirTemp(base, "build-")
	if err != nil {
		return nil, fmt.Errorf("make a folder to build in: %w", err)
	}
	held, err := lockFolder(dir, filelock.WaitLock)
	if err == nil {
		// Where nothing else does, this ends the search for a module above.
		err = os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module workspace\n"), 0o600)
	}
	return &Workspace{dir, cache, note, held}, err
}

func (w *Workspace) Close() error {
	defer w.held.Close()
	return os.RemoveAll(w.Dir)
}

// MakeFolder makes a folder in the workspace.
func (w *Workspace) MakeFolder(name string) (string, error) {
	dir := filepath.Join(w.Dir, name)
	return dir, os.Mkdir(dir, 0o700)
}

// lockFolder makes a folder if it does not exist and locks it. Closing the file
// unlocks it.
func lockFolder(dir string, lock func(*os.File) error) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sweepAbandoned removes the workspaces that nobody holds. The caller holds
// their parent, so that none is just being made.
func sweepAbandoned(base string) {
	entries, _ := os.ReadDir(base) // nothing to read, nothing to sweep
	for _, e := range entries {
		dir := filepath.Join(base, e.Name())
		if held, err := lockFolder(dir, filelock.TryLock); err == nil {
			os.RemoveAll(dir)
			held.Close()
		}
	}
}

// privateCache is the folder for our files in the user's cache. Where that is
// not usable, as for a service account without a home, it is a folder of this
// user alone in the folder for temporary files, which the note says.
func privateCache() (dir, note string, err error) {
	var first error
	for _, root := range cacheRoots() {
		dir := filepath.Join(root, "version-manager")
		if err := makePrivate(dir); err == nil {
			return dir, "", nil
		} else if first == nil {
			first = err
		}
	}
	if first == nil {
		first = errors.New("neither HOME nor XDG_CACHE_HOME names a folder")
	}
	dir = filepath.Join(os.TempDir(), fmt.Sprintf("version-manager-%d", os.Geteuid()))
	if err := makePrivate(dir); err != nil {
		return "", "", problem.Wrap(err, problem.Failed, "export XDG_CACHE_HOME=FOLDER", "you own no folder in which a version can be built")
	}
	return dir, fmt.Sprintf("built in %s, as the cache folder cannot be used: %v", dir, first), nil
}

// cacheRoots are the cache folders that this user may have, the likeliest
// first. With sudo -E the first is another user's.
func cacheRoots() []string {
	var roots []string
	if dir, err := os.UserCacheDir(); err == nil && filepath.IsAbs(dir) {
		roots = append(roots, dir)
	}
	if u, err := user.Current(); err == nil && filepath.IsAbs(u.HomeDir) && u.HomeDir != "/" {
		roots = append(roots, filepath.Join(u.HomeDir, ".cache"))
	}
	return roots
}

// makePrivate makes dir, to which nobody else can have written, nor put
// another folder in its place. With sudo, the person who called it is somebody
// else too: what root builds must not depend on them.
func makePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	info, err := os.Lstat(real)
	switch {
	case err != nil:
		return err
	case !info.IsDir() || ownership.Owner(info) != os.Geteuid():
		return fmt.Errorf("%s is not a folder, or belongs to another user", real)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("%s can be written by other users", real)
	}
	if err := ownership.Users(os.Geteuid(), 0).Path(real); err != nil {
		return err
	}
	return syscall.Access(real, 7) // read, write, search
}
