package project

import (
	"context"
	"fmt"
	"slices"

	"version-manager/internal/cli/command"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/release/gitrepo"
)

// NoteMovedTag tells a person who uses a version that its tag names another
// commit by now. The version is still what was built.
func (p Project) NoteMovedTag(ctx context.Context, inv *command.Invocation, r release.Release) {
	repo, err := gitrepo.OpenRepo(ctx, p.Root)
	if err != nil {
		return // what was built can be used without git
	}
	if moved, err := release.MovedTagCommit(ctx, repo, r); err == nil {
		PrintMovedTag(inv, r.Version, r.Commit, moved)
	}
}

// PrintMovedTag prints the note about a version whose tag names the commit
// moved. It prints nothing if moved is empty.
func PrintMovedTag(inv *command.Invocation, v release.Version, built, moved string) {
	if moved != "" {
		inv.PrintNote("%s was built from the commit %s, but its tag now points to %s; to deploy that commit, create another version of it:\n  version-manager create VERSION --from %s",
			v, command.ShortHash(built), command.ShortHash(moved), command.ShortHash(moved))
	}
}

// ExplainUnbuilt replaces the error about a version that is not here if a tag
// exists from which it can be built, as in a clone on a second machine.
func (p Project) ExplainUnbuilt(ctx context.Context, typed string, err error) error {
	v, parseErr := release.ParseVersion(typed)
	if problem.KindOf(err) != problem.NotFound || parseErr != nil || p.App.Name == "" {
		return err
	}
	repo, openErr := gitrepo.OpenRepo(ctx, p.Root)
	if openErr != nil {
		return err
	}
	tags, _ := release.ListTags(ctx, repo, p.App.Name) // without tags there is nothing to add to err
	if !slices.ContainsFunc(tags, func(t release.Tag) bool { return t.Version == v }) {
		return err
	}
	return problem.New(problem.NotFound, fmt.Sprintf("version-manager create %s", v), "%s has a tag and was not built here", v)
}
