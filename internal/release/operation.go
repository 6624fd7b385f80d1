package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/kit/text"
	"version-manager/internal/release/gitrepo"
)

// requireSettled fails if the work tree is in a state from which git itself would
// refuse to commit, or would commit something other than what is there.
func (c *creation) requireSettled(ctx context.Context, dirty []gitrepo.Change) error {
	conflicts := slices.DeleteFunc(slices.Clone(dirty), func(c gitrepo.Change) bool { return !c.Unmerged })
	if op := c.repo.FindOperation(ctx); op != nil {
		return problem.New(problem.Failed, op.EndCommand, "a git %s is under way, and a version cannot be made in the middle of it; with --from REF it is made from a commit", op.Name).
			With(gitrepo.DescribeChanges(conflicts)...)
	}
	if len(conflicts) > 0 {
		return problem.New(problem.Failed, "git add -A && git commit",
			"%s unresolved conflicts; resolve them first", text.CountNoun(len(conflicts), "file has", "files have")).With(gitrepo.DescribeChanges(conflicts)...)
	}
	return nil
}

// requireCommittable fails if a commit of the changes would lack some of them.
func (c *creation) requireCommittable(ctx context.Context, dirty []gitrepo.Change) error {
	for _, d := range dirty {
		switch dir := strings.TrimSuffix(d.Path, "/"); {
		case d.Inside:
			return problem.New(problem.Failed, fmt.Sprintf("git -C %s add -A && git -C %s commit", shell.QuoteWord(dir), shell.QuoteWord(dir)),
				"the submodule %s has changes that are not committed in it", dir)
		case d.Nested && !c.repo.IsSubmodule(ctx, dir):
			return problem.New(problem.Failed, fmt.Sprintf("echo %s >> .gitignore", shell.QuoteWord("/"+dir+"/")),
				"%s is a repository of its own, so a commit would contain its ID and not its files", dir)
		}
	}
	return nil
}
