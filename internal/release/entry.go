package release

import (
	"context"
	"slices"
)

// Entry is one line of the list of versions: what git and the store know.
type Entry struct {
	Version Version  `json:"version"`
	Commit  string   `json:"commit"`
	Message string   `json:"message,omitempty"`
	Tagged  bool     `json:"tagged"`            // there is a git tag
	Built   bool     `json:"built"`             // there is a record, so it can be deployed
	Release *Release `json:"release,omitempty"` // the record
}

// Entries merges the tags of a repository with the records of an app, oldest
// version first. Without a repository, which is then nil, it lists records
// only. Damaged records are reported beside the entries that are well.
func Entries(ctx context.Context, repo *Repo, store *Store, app string) ([]Entry, error) {
	merged := map[Version]*Entry{}
	if repo != nil {
		tags, err := repo.Tags(ctx, app)
		if err != nil {
			return nil, err
		}
		for _, t := range tags {
			text, _ := parseTag(t.Message)
			merged[t.Version] = &Entry{Version: t.Version, Commit: t.Commit, Message: text, Tagged: true}
		}
	}
	records, damaged := store.List(app)
	for _, r := range records {
		tagged := merged[r.Version] != nil
		merged[r.Version] = &Entry{Version: r.Version, Commit: r.Commit, Message: r.Message, Tagged: tagged, Built: true, Release: &r}
	}
	entries := make([]Entry, 0, len(merged))
	for _, e := range merged {
		entries = append(entries, *e)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return a.Version.Compare(b.Version) })
	return entries, damaged
}
