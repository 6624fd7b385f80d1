package release

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/release/releasetest"
)

func TestEntries(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.10.0", Message: "ten", Store: store})
	create(t, Options{Dir: dir, Version: "v1.9.0", Store: store})
	releasetest.RunGit(t, dir, "tag", "-a", "-m", "not built", "v2.0.0")
	releasetest.RunGit(t, dir, "tag", "-d", "v1.9.0")

	got, err := ListEntries(t.Context(), openRepo(t, dir), store, "hello")
	if err != nil {
		t.Fatal(err)
	}
	var short []string
	for _, e := range got {
		short = append(short, strings.Join([]string{string(e.Version), e.Message, mark(e.Tagged, "tagged"), mark(e.Built, "built")}, " "))
	}
	want := []string{"v1.9.0 first - built", "v1.10.0 ten tagged built", "v2.0.0 not built tagged -"}
	if !slices.Equal(short, want) {
		t.Errorf("entries %q, want %q", short, want)
	}
	if got, err := ListEntries(t.Context(), nil, store, "hello"); len(got) != 2 || err != nil {
		t.Errorf("without a repository: %d entries, %v", len(got), err)
	}
}

// A version is what was built, whatever its tag names by now.
func TestMovedTag(t *testing.T) {
	dir, store := releasetest.NewRepo(t, releasetest.HelloModule()), NewStore(t.TempDir())
	rel := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store}).Release
	repo := openRepo(t, dir)
	check := func(want string) {
		t.Helper()
		entries, err := ListEntries(t.Context(), repo, store, "hello")
		if err != nil || len(entries) != 1 || entries[0].Moved != want || entries[0].Commit != rel.Commit {
			t.Errorf("%+v, %v, want it moved to %q", entries, err, want)
		}
		if got, err := MovedTagCommit(t.Context(), repo, rel); got != want || err != nil {
			t.Errorf("moved to %q, %v, want %q", got, err, want)
		}
	}
	check("")
	releasetest.WriteFiles(t, dir, map[string]string{"x": ""})
	releasetest.CommitAll(t, dir, "second")
	releasetest.RunGit(t, dir, "tag", "-f", "v1.0.0")
	check(releasetest.RunGit(t, dir, "rev-parse", "HEAD"))
	releasetest.RunGit(t, dir, "tag", "-f", "-a", "-m", "other", "v1.0.0")
	check(releasetest.RunGit(t, dir, "rev-parse", "HEAD"))
	releasetest.RunGit(t, dir, "tag", "-d", "v1.0.0")
	check("")
}

func mark(is bool, word string) string {
	if is {
		return word
	}
	return "-"
}
