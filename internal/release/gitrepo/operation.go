package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

// Operation is something that git began and a person has to finish.
type Operation struct {
	Name       string // "merge"
	EndCommand string // the commands that end it
}

func continuable(name string) *Operation {
	return &Operation{name, fmt.Sprintf("git %s --continue", name)}
}

// FindOperation returns what is unfinished in the work tree, nil if nothing is. A
// version made in the middle would have conflict markers, or half of the
// commits.
func (r *Repo) FindOperation(ctx context.Context) *Operation {
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(r.gitDir, filepath.FromSlash(name)))
		return err == nil
	}
	// Some are files in one format of the references, and references in another.
	names := func(ref string) bool {
		_, err := r.git.runGit(ctx, "rev-parse", "--verify", "--quiet", ref)
		return err == nil || has(ref)
	}
	switch {
	case has("rebase-apply/applying"):
		return continuable("am")
	case has("rebase-merge"), has("rebase-apply"):
		return continuable("rebase")
	case has("MERGE_HEAD"):
		return continuable("merge")
	case names("CHERRY_PICK_HEAD"):
		return continuable("cherry-pick")
	case names("REVERT_HEAD"):
		return continuable("revert")
	case has("sequencer"):
		return r.findSequence()
	case has("BISECT_LOG"), has("BISECT_START"):
		return &Operation{"bisect", "git bisect reset"}
	}
	return nil
}

const maxTodoBytes = 4 << 20

// findSequence is which of several commits are picked or reverted.
func (r *Repo) findSequence() *Operation {
	todo, _ := atomicfile.ReadFile(filepath.Join(r.gitDir, "sequencer", "todo"), maxTodoBytes) // a short one; without it there is nothing to revert
	if strings.HasPrefix(string(todo), "revert") {
		return continuable("revert")
	}
	return continuable("cherry-pick")
}

// IsDetached tells whether no branch is checked out.
func (r *Repo) IsDetached(ctx context.Context) bool {
	_, err := r.git.runGit(ctx, "symbolic-ref", "--quiet", "HEAD")
	return err != nil
}

// IsSubmodule tells whether .gitmodules says where a submodule comes from.
func (r *Repo) IsSubmodule(ctx context.Context, dir string) bool {
	out, err := r.git.runGit(ctx, "config", "--file", filepath.Join(r.Root, ".gitmodules"), "--null", "--get-regexp", `^submodule\..*\.path$`)
	for line := range strings.SplitSeq(out, "\x00") {
		if _, where, _ := strings.Cut(line, "\n"); err == nil && where == dir {
			return true
		}
	}
	return false
}
