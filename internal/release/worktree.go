package release

import (
	"context"
	"strings"
)

// Change is a file that differs from the last commit.
type Change struct {
	Path    string // from Root
	New     bool   // the last commit does not have it
	Tracked bool   // git was told of it, by a commit or by git add
}

func (c Change) String() string {
	if c.New {
		return c.Path + " (new)"
	}
	return c.Path
}

// Dirty returns the files that differ from the last commit, untracked ones
// included.
func (r *Repo) Dirty(ctx context.Context) ([]Change, error) {
	out, err := r.git.run(ctx, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	var changes []Change
	for entry := range strings.SplitSeq(out, "\x00") {
		if len(entry) > 3 { // two letters of status, a space, the path
			changes = append(changes, Change{Path: entry[3:], New: entry[0] == '?' || entry[0] == 'A', Tracked: entry[0] != '?'})
		}
	}
	return changes, nil
}

// CommitAll commits every change of the work tree.
func (r *Repo) CommitAll(ctx context.Context, message string) error {
	if _, err := r.identify(ctx); err != nil {
		return err
	}
	if _, err := r.git.run(ctx, "add", "--all", "--", "."); err != nil {
		return err
	}
	_, err := r.git.feed(ctx, message+"\n", "commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--file=-")
	return err
}
