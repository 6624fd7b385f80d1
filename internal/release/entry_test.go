package release

import (
	"slices"
	"strings"
	"testing"
)

func TestEntries(t *testing.T) {
	dir, store := newRepo(t, helloModule()), NewStore(t.TempDir())
	create(t, Options{Dir: dir, Version: "v1.10.0", Message: "ten", Store: store})
	create(t, Options{Dir: dir, Version: "v1.9.0", Store: store})
	runGit(t, dir, "tag", "-a", "-m", "not built", "v2.0.0")
	runGit(t, dir, "tag", "-d", "v1.9.0")

	got, err := Entries(t.Context(), openRepo(t, dir), store, "hello")
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
	if got, err := Entries(t.Context(), nil, store, "hello"); len(got) != 2 || err != nil {
		t.Errorf("without a repository: %d entries, %v", len(got), err)
	}
}

func mark(is bool, word string) string {
	if is {
		return word
	}
	return "-"
}
