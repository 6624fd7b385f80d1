package cli

import (
	"context"
	"fmt"
	"strings"

	"version-manager/internal/release"
)

// sayUnshipped tells whoever deploys the active version once more that the
// work tree has something else, and how to make a version of that.
func (a *app) sayUnshipped(ctx context.Context, p place, active release.Release) {
	repo, err := release.Open(ctx, p.root)
	if err != nil {
		return // what was built can be deployed without git
	}
	differs, err := unshipped(ctx, repo, active)
	if err != nil || !differs {
		return
	}
	entries, _ := release.Entries(ctx, repo, p.store(), p.app.Name) // of a damaged record the tag is there
	a.note("the work tree differs from %s; to make a version of it: version-manager create %s -m 'what changed'", active.Version, following(active.Version, entries))
}

// unshipped reports whether the work tree differs from the commit of r.
func unshipped(ctx context.Context, repo *release.Repo, r release.Release) (bool, error) {
	dirty, err := repo.Dirty(ctx)
	if err != nil || len(dirty) > 0 {
		return len(dirty) > 0, err
	}
	head, err := repo.Resolve(ctx, "HEAD")
	return head.ID != r.Commit, err
}

// following is the patch version after the newest of all, which is free. What
// is newest and only a pre-release leads to its release.
func following(newest release.Version, entries []release.Entry) release.Version {
	if n := len(entries); n > 0 && entries[n-1].Version.Compare(newest) > 0 {
		newest = entries[n-1].Version
	}
	if core, _, pre := strings.Cut(string(newest), "-"); pre {
		return release.Version(core)
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(string(newest), "v%d.%d.%d", &major, &minor, &patch); err != nil {
		return "VERSION" // numbers beyond int
	}
	return release.Version(fmt.Sprintf("v%d.%d.%d", major, minor, patch+1))
}
