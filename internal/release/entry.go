package release

import (
	"context"
	"slices"

	"version-manager/internal/release/gitrepo"
)

// Entry is one line of the list of versions: what git and the store know.
type Entry struct {
	Version Version  `json:"version"`
	Commit  string   `json:"commit"`
	Message string   `json:"message,omitempty"`
	Tagged  bool     `json:"tagged"`            // there is a git tag
	Built   bool     `json:"built"`             // there is a record, so it can be deployed
	Moved   string   `json:"moved,omitempty"`   // the commit that the tag names now, if it is not that of the record
	Release *Release `json:"release,omitempty"` // the record
}

// ListEntries merges the tags of a repository with the records of an app, oldest
// version first. Without a repository, which is then nil, it lists records
// only. Damaged records are reported beside the entries that are well.
func ListEntries(ctx context.Context, repo *gitrepo.Repo, store *Store, app string) ([]Entry, error) {
	merged := map[Version]*Entry{}
	if repo != nil {
		tags, err := ListTags(ctx, repo, app)
		if err != nil {
			return nil, err
		}
		for _, t := range tags {
			text, _ := parseTag(t.Message)
			merged[t.Version] = &Entry{Version: t.Version, Commit: t.Commit, Message: text, Tagged: true}
		}
	}
	records, damaged := store.ListRecords(app)
	for _, r := range records {
		e := &Entry{Version: r.Version, Commit: r.Commit, Message: r.Message, Built: true, Release: &r}
		if tag := merged[r.Version]; tag != nil {
			e.Tagged = true
			e.Moved = r.movedTo(tag.Commit)
		}
		merged[r.Version] = e
	}
	entries := make([]Entry, 0, len(merged))
	for _, e := range merged {
		entries = append(entries, *e)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return a.Version.CompareTo(b.Version) })
	return entries, damaged
}

// movedTo is the commit that a version's tag names, "" if that is the one which
// the version was built from.
func (r Release) movedTo(tagged string) string {
	if tagged == r.Commit {
		return ""
	}
	return tagged
}

// MovedTagCommit returns the commit that the tag of a release names by now, "" if it
// is still the one that it was built from or there is no tag. Somebody may have
// moved the tag, or fetched another one of that name.
func MovedTagCommit(ctx context.Context, repo *gitrepo.Repo, rel Release) (string, error) {
	tags, err := ListTags(ctx, repo, rel.App)
	for _, t := range tags {
		if t.Version == rel.Version {
			return rel.movedTo(t.Commit), err
		}
	}
	return "", err
}
