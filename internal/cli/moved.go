package cli

import (
	"context"

	"version-manager/internal/release"
)

// sayMoved tells whoever uses a version that its tag names another commit by
// now: the version is still what was built.
func (a *app) sayMoved(ctx context.Context, p place, rel release.Release) {
	repo, err := release.Open(ctx, p.root)
	if err != nil {
		return // what was built can be used without git
	}
	if moved, err := repo.TagMoved(ctx, rel); err == nil {
		a.noteMoved(rel.Version, rel.Commit, moved)
	}
}

func (a *app) noteMoved(v release.Version, built, moved string) {
	if moved != "" {
		a.note("%s was built from the commit %s, and its tag names %s now; to ship that commit, make another version of it: version-manager create VERSION --from %s",
			v, short(built), short(moved), short(moved))
	}
}
