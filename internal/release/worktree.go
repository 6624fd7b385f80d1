package release

import (
	"context"
	"strings"

	"version-manager/internal/problem"
)

// Dirty returns the files that differ from the last commit, untracked ones
// included, as paths from Root.
func (r *Repo) Dirty(ctx context.Context) ([]string, error) {
	if r.Bare {
		return nil, nil
	}
	out, err := r.git.run(ctx, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
	if err != nil {
		return nil, err
	}
	var files []string
	for entry := range strings.SplitSeq(out, "\x00") {
		if len(entry) > 3 {
			files = append(files, entry[3:]) // after two letters of status and a space
		}
	}
	return files, nil
}

// CommitAll commits every change of the work tree.
func (r *Repo) CommitAll(ctx context.Context, message string) error {
	if err := r.identity(ctx); err != nil {
		return err
	}
	if _, err := r.git.run(ctx, "add", "--all", "--", "."); err != nil {
		return err
	}
	_, err := r.git.feed(ctx, message+"\n", "commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--file=-")
	return err
}

// identity makes sure that git knows who commits and tags, so that it fails
// before anything was changed and with the lines to paste.
func (r *Repo) identity(ctx context.Context) error {
	for _, who := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		if _, err := r.git.run(ctx, "var", who); err != nil {
			return problem.New(problem.Failed,
				"git config --global user.name 'Your Name' && git config --global user.email you@example.org",
				"git does not know who you are, and commits and tags carry a name")
		}
	}
	return nil
}
