package release

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/problem"
)

// operation is something that git began and a person has to finish.
type operation struct {
	name string // "merge"
	out  string // the commands that end it
}

func continued(name string) *operation {
	return &operation{name, fmt.Sprintf("git %s --continue    (or, to give it up: git %s --abort)", name, name)}
}

// underWay returns what is unfinished in the work tree, nil if nothing is. A
// version made in the middle would have conflict markers, or half of the
// commits.
func (r *Repo) underWay(ctx context.Context) *operation {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(r.gitDir, filepath.FromSlash(name)))
		return err == nil
	}
	// Some are files in one format of the references, and references in another.
	names := func(ref string) bool {
		_, err := r.git.run(ctx, "rev-parse", "--verify", "--quiet", ref)
		return err == nil || has(ref)
	}
	switch {
	case has("rebase-apply/applying"):
		return continued("am")
	case has("rebase-merge"), has("rebase-apply"):
		return continued("rebase")
	case has("MERGE_HEAD"):
		return continued("merge")
	case names("CHERRY_PICK_HEAD"):
		return continued("cherry-pick")
	case names("REVERT_HEAD"):
		return continued("revert")
	case has("sequencer"):
		return r.sequence()
	case has("BISECT_LOG"), has("BISECT_START"):
		return &operation{"bisect", "git bisect reset"}
	}
	return nil
}

// sequence is which of several commits are picked or reverted.
func (r *Repo) sequence() *operation {
	todo, _ := readSmall(filepath.Join(r.gitDir, "sequencer", "todo")) // a short one; without it there is nothing to revert
	if strings.HasPrefix(string(todo), "revert") {
		return continued("revert")
	}
	return continued("cherry-pick")
}

// settled fails if the work tree is in a state from which git itself would
// refuse to commit, or would commit something else than what is there.
func (c *creation) settled(ctx context.Context, dirty []Change) error {
	conflicts := keep(dirty, func(c Change) bool { return c.Unmerged })
	if op := c.repo.underWay(ctx); op != nil {
		return problem.New(problem.Failed, op.out, "a git %s is under way, and a version cannot be made in the middle of it; with --from REF it is made from a commit", op.name).
			With(words(conflicts)...)
	}
	if len(conflicts) > 0 {
		return problem.New(problem.Failed, "git add -A && git commit    (once these conflicts are resolved)",
			"%s conflicts that are not resolved", count(len(conflicts), "file has", "files have")).With(words(conflicts)...)
	}
	return nil
}

// committable fails if a commit of the changes would lack some of them.
func (c *creation) committable(ctx context.Context, dirty []Change) error {
	for _, d := range dirty {
		switch dir := strings.TrimSuffix(d.Path, "/"); {
		case d.Inside:
			return problem.New(problem.Failed, fmt.Sprintf("git -C %s add -A && git -C %s commit", quoted(dir), quoted(dir)),
				"the submodule %s has changes that are not committed in it", dir)
		case d.Nested && !c.repo.isModule(ctx, dir):
			return problem.New(problem.Failed, fmt.Sprintf("echo %s >> .gitignore    (or git submodule add URL %s)", quoted("/"+dir+"/"), quoted(dir)),
				"%s is a repository of its own, so a commit would contain its ID and not its files", dir)
		}
	}
	return nil
}

// detached tells whether no branch is checked out.
func (r *Repo) detached(ctx context.Context) bool {
	_, err := r.git.run(ctx, "symbolic-ref", "--quiet", "HEAD")
	return err != nil
}

// isModule tells whether .gitmodules says where a submodule comes from.
func (r *Repo) isModule(ctx context.Context, dir string) bool {
	out, err := r.git.run(ctx, "config", "--file", filepath.Join(r.Root, ".gitmodules"), "--null", "--get-regexp", `^submodule\..*\.path$`)
	for line := range strings.SplitSeq(out, "\x00") {
		if _, where, _ := strings.Cut(line, "\n"); err == nil && where == dir {
			return true
		}
	}
	return false
}
