package release

import (
	"context"
	"testing"

	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

func openRepo(t *testing.T, dir string) *gitrepo.Repo {
	t.Helper()
	r, err := gitrepo.OpenRepo(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func build(t *testing.T, dir string) *Built {
	t.Helper()
	built, err := tryBuild(t.Context(), dir)
	if err != nil {
		t.Fatal(err, releasetest.ErrorLines(err))
	}
	t.Cleanup(func() { built.Close() })
	return built
}

func tryBuild(ctx context.Context, dir string) (*Built, error) {
	r, err := gitrepo.OpenRepo(ctx, dir)
	if err != nil {
		return nil, err
	}
	head, err := r.ResolveCommit(ctx, "HEAD")
	if err != nil {
		return nil, err
	}
	return (&Builder{Repo: r}).BuildCommit(ctx, head)
}

// commitDirty commits all changes of the work tree.
func commitDirty(t *testing.T, r *gitrepo.Repo, message string) error {
	t.Helper()
	changes, err := r.ListChanges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r.CommitChanges(t.Context(), changes, message)
}
