package release

import (
	"context"
	"fmt"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/kit/text"
	"version-manager/internal/release/gitrepo"
)

// commitToBuild returns what to build: From, or the work tree once it is clean.
func (c *creation) commitToBuild(ctx context.Context) (gitrepo.Commit, error) {
	if c.From != "" {
		return c.repo.ResolveCommit(ctx, c.From)
	}
	dirty, err := c.repo.ListChanges(ctx)
	if err != nil {
		return gitrepo.Commit{}, err
	}
	if err := c.requireSettled(ctx, dirty); err != nil {
		return gitrepo.Commit{}, err
	}
	if len(dirty) > 0 {
		if err := c.commitChanges(ctx, dirty); err != nil {
			return gitrepo.Commit{}, err
		}
	}
	if err := c.noteOverlooked(ctx); err != nil {
		return gitrepo.Commit{}, err
	}
	commit, err := c.repo.ResolveCommit(ctx, "HEAD")
	if len(dirty) > 0 && err == nil {
		c.committed = true
		c.addNote("%s committed as %.7s: %s", text.CountNoun(len(dirty), "changed file was", "changed files were"), commit.ID, summarizeChanges(dirty))
		if c.repo.IsDetached(ctx) {
			c.addNote("no branch is checked out, so only the tag keeps that commit; to keep it on a branch: git switch -c NAME")
		}
	}
	return commit, err
}

func (c *creation) commitChanges(ctx context.Context, dirty []gitrepo.Change) error {
	if c.Message == "" {
		return problem.New(problem.Failed, fmt.Sprintf("version-manager create %s -m 'what changed'", c.Version),
			"%s not committed, and a version is made from a commit", text.CountNoun(len(dirty), "file is", "files are")).With(gitrepo.DescribeChanges(dirty)...)
	}
	if err := refuseSecrets(dirty); err != nil {
		return err
	}
	if err := c.requireCommittable(ctx, dirty); err != nil {
		return err
	}
	if err := c.repo.RefuseFiltered(ctx, dirty); err != nil {
		return err
	}
	return c.repo.CommitChanges(ctx, dirty, c.Message)
}

// requireUnused fails if the version is on record for the app.
func (c *creation) requireUnused(app string) error {
	_, err := c.Store.GetRecord(app, c.Version)
	switch {
	case err == nil:
		return c.versionExists(app)
	case problem.KindOf(err) == problem.NotFound:
		return nil
	}
	return err
}

func (c *creation) versionExists(app string) error {
	var taken []Version
	for _, t := range c.tags {
		taken = append(taken, t.Version)
	}
	records, _ := c.Store.ListRecords(app) // damaged ones have no say in a hint
	for _, r := range records {
		taken = append(taken, r.Version)
	}
	free := c.Version.FreeVersions(taken)
	if len(free) == 0 {
		return problem.New(problem.Failed, "version-manager list", "%s already exists", c.Version)
	}
	return problem.New(problem.Failed, fmt.Sprintf("version-manager create %s", free[0]),
		"%s already exists; available: %s", c.Version, joinVersions(free))
}

// noteOverlooked says which changes are not part of the version.
func (c *creation) noteOverlooked(ctx context.Context) error {
	names, err := c.repo.ListOverlooked(ctx)
	if err != nil || len(names) == 0 {
		return err
	}
	shown := names[:min(gitrepo.MaxListedFiles, len(names))]
	more := ""
	if n := len(names) - len(shown); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	c.addNote("git was told to overlook what changed in %s%s, so it is not part of the version; to change that: git update-index --no-assume-unchanged --no-skip-worktree %s",
		strings.Join(shown, ", "), more, shell.QuoteWord(shown[0]))
	return nil
}
