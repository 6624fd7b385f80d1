package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

// Export writes the files of a commit into the empty folder dir: the whole
// repository, as committed. Nothing of the work tree gets into it.
func (r *Repo) Export(ctx context.Context, commit Commit, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("export %.12s: %w", commit.ID, err)
	}
	defer root.Close()
	pr, pw := io.Pipe()
	var git sync.WaitGroup
	git.Go(func() {
		// The tree and not the commit: with a commit, git would replace
		// $Format$ in files by words that change with branches and tags. Line
		// ends are those of the repository on every machine.
		err := r.git.stream(ctx, nil, pw, "-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "tar.umask=0022",
			"archive", "--format=tar", commit.ID+"^{tree}")
		pw.CloseWithError(err) // which extract then reports
	})
	err = (&untar{root: root}).extract(ctx, pr)
	if err == nil {
		_, err = io.Copy(io.Discard, pr) // the padding after the last entry
	}
	pr.CloseWithError(err)
	git.Wait()
	if err != nil {
		return fmt.Errorf("export %.12s: %w", commit.ID, err)
	}
	return nil
}

// escapes tells whether a name leads out of root, by itself or by a link.
func escapes(root *os.Root, name string) bool {
	_, err := root.Stat(name)
	if err == nil {
		return false
	}
	_, system := errors.AsType[syscall.Errno](err) // such as that there is no such file
	return !system
}
