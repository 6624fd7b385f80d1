package release

import (
	"context"
	"path"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/release/gitrepo"
)

// Tag is a git tag that names a version.
type Tag struct {
	Name    string // as written, "v1.2" or "shop/v1.2.0"
	Version Version
	Commit  string
	Message string // empty for a tag without annotation
}

// ListTags returns the tags that name versions of an app, oldest version first.
// If two tags name the same version, such as v1 and v1.0.0, it returns the one
// that Create would make.
func ListTags(ctx context.Context, repo *gitrepo.Repo, app string) ([]Tag, error) {
	all, err := readTags(ctx, repo)
	return all.ofApp(repo.Prefix, app), err
}

// tagList is every tag of a repository. Version is empty for those that name
// none.
type tagList []Tag

func readTags(ctx context.Context, repo *gitrepo.Repo) (tagList, error) {
	refs, err := repo.ListTagRefs(ctx)
	if err != nil {
		return nil, err
	}
	var tags tagList
	for _, ref := range refs {
		v, _ := ParseVersion(path.Base(ref.Name)) // empty if it names none
		tags = append(tags, Tag{Name: ref.Name, Version: v, Commit: ref.Commit, Message: ref.Message})
	}
	return tags, nil
}

// ofApp returns the tags of one app, whose root is the folder at prefix.
func (l tagList) ofApp(prefix, app string) []Tag {
	found := map[Version]Tag{}
	for _, t := range l {
		if t.Version == "" || !t.belongsTo(prefix, app) {
			continue
		}
		if _, twice := found[t.Version]; !twice || t.Name == l.tagName(prefix, app, t.Version) {
			found[t.Version] = t
		}
	}
	tags := make([]Tag, 0, len(found))
	for _, t := range found {
		tags = append(tags, t)
	}
	slices.SortFunc(tags, func(a, b Tag) int { return a.Version.CompareTo(b.Version) })
	return tags
}

// belongsTo tells whether a tag is a version of an app: its name or what Create
// wrote below its message says so. One without both belongs to the app at the
// repository's root.
func (t Tag) belongsTo(prefix, app string) bool {
	_, said := parseTag(t.Message)
	if said.App != "" && said.App != app || said.Folder != "" && said.Folder != prefix {
		return false
	}
	if of := path.Dir(t.Name); of != "." {
		return of == app
	}
	return prefix == "." || said.App == app
}

// tagName is what the tag of a version is called: v1.0.0 for the app at the
// repository's root, and shop/v1.0.0 for any other, or where the short name is
// taken by another app.
func (l tagList) tagName(prefix, app string, v Version) string {
	short := string(v)
	if prefix == "." && !slices.ContainsFunc(l, func(t Tag) bool { return t.Name == short && !t.belongsTo(prefix, app) }) {
		return short
	}
	return app + "/" + short
}

// nameFree fails if a tag of this name cannot be made.
func (l tagList) nameFree(name string) error {
	for _, t := range l {
		if t.Name == name {
			_, said := parseTag(t.Message)
			return problem.New(problem.Failed, "git show "+shell.QuoteWord(name),
				"the tag %s belongs to another app of the same name, in the folder %s; rename one of the two in version-manager.yaml", name, said.Folder)
		}
		if strings.HasPrefix(t.Name, name+"/") || strings.HasPrefix(name, t.Name+"/") {
			return problem.New(problem.Failed, "git tag RENAMED "+shell.QuoteWord(t.Name)+" && git tag -d "+shell.QuoteWord(t.Name),
				"git cannot make a tag %s beside the tag %s", name, t.Name)
		}
	}
	return nil
}

// findUnclear returns the tag of this version that may be of any app: one that was
// made by hand, in a repository whose app is not at its root.
func (l tagList) findUnclear(prefix string, v Version) *Tag {
	for i, t := range l {
		if _, said := parseTag(t.Message); prefix != "." && t.Version == v && path.Dir(t.Name) == "." && said.App == "" {
			return &l[i]
		}
	}
	return nil
}
