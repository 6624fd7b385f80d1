package release

import (
	"context"

	"version-manager/internal/problem"
)

// identity makes sure that git knows who commits and tags, so that it fails
// before anything was changed and with the lines to paste.
func (r *Repo) identity(ctx context.Context) error {
	if r.git.knowsUser(ctx) {
		return nil
	}
	return problem.New(problem.Failed, setIdentity, "git does not know who you are, and commits and tags carry a name")
}

// setIdentity are the commands after which git knows who commits.
const setIdentity = "git config --global user.name 'Your Name' && git config --global user.email you@example.org"

func (g git) knowsUser(ctx context.Context) bool {
	for _, who := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		if _, err := g.run(ctx, "var", who); err != nil {
			return false
		}
	}
	return true
}

// firstCommit is the hint for a folder that has no commit; before are the
// commands that must come first.
func (g git) firstCommit(ctx context.Context, before string) string {
	hint := before + "git add -A && git commit -m 'first version'"
	if g.knowsUser(ctx) {
		return hint
	}
	return setIdentity + " && " + hint
}
