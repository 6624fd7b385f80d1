package appcmd

import (
	"context"
	"strings"

	"version-manager/internal/release"
	"version-manager/internal/release/gitrepo"
)

// noteUnshipped tells a person who deploys the active version once more that
// the work tree differs from it, and how to make a version of the work tree.
func (r runner) noteUnshipped(ctx context.Context, active release.Release) {
	p := r.app.Project
	repo, err := gitrepo.OpenRepo(ctx, p.Root)
	if err != nil {
		return // what was built can be deployed without git
	}
	differs, err := differsFromTree(ctx, repo, active)
	if err != nil || !differs {
		return
	}
	entries, _ := release.ListEntries(ctx, repo, p.Store(), p.App.Name) // a damaged record still has its tag
	r.inv.PrintNote("the work tree differs from %s; to make a version of it:\n  version-manager create %s -m 'what changed'", active.Version, nextVersion(active.Version, entries))
}

// differsFromTree reports whether the work tree differs from the commit of r.
func differsFromTree(ctx context.Context, repo *gitrepo.Repo, r release.Release) (bool, error) {
	dirty, err := repo.ListChanges(ctx)
	if err != nil || len(dirty) > 0 {
		return len(dirty) > 0, err
	}
	head, err := repo.ResolveCommit(ctx, "HEAD")
	return head.ID != r.Commit, err
}

// nextVersion returns the patch version after the newest of all, which is
// free. If the newest is only a pre-release, it returns its release.
func nextVersion(newest release.Version, entries []release.Entry) release.Version {
	if n := len(entries); n > 0 && entries[n-1].Version.CompareTo(newest) > 0 {
		newest = entries[n-1].Version
	}
	if core, _, pre := strings.Cut(string(newest), "-"); pre {
		return release.Version(core)
	}
	free := newest.FreeVersions(nil)
	if len(free) == 0 {
		return "VERSION" // numbers beyond int
	}
	return free[0]
}
