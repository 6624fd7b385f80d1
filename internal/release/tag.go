package release

import (
	"context"
	"slices"
	"strings"
)

// Tag is a git tag that names a version.
type Tag struct {
	Name    string // as written, "v1.2" perhaps
	Version Version
	Commit  string
	Message string // empty for a tag without annotation
}

// Tag makes an annotated tag. It fails if there is one of that name.
func (r *Repo) Tag(ctx context.Context, v Version, commit, message string) error {
	if _, err := r.identify(ctx); err != nil {
		return err
	}
	_, err := r.git.feed(ctx, message, "tag", "--annotate", "--no-sign", "--cleanup=verbatim", "--file=-", "--", string(v), commit)
	return err
}

// Untag removes a tag.
func (r *Repo) Untag(ctx context.Context, v Version) error {
	_, err := r.git.run(ctx, "tag", "--delete", "--", string(v))
	return err
}

// Tags returns the tags that name versions, oldest version first. Where two
// name the same one, such as v1 and v1.0.0, the canonical one counts.
func (r *Repo) Tags(ctx context.Context) ([]Tag, error) {
	out, err := r.git.run(ctx, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(contents)%00", "refs/tags/")
	if err != nil {
		return nil, err
	}
	found := map[Version]Tag{}
	for f := range slices.Chunk(strings.Split(out, "\x00"), 5) {
		if len(f) < 5 {
			break // what follows the last NUL
		}
		t := Tag{Name: strings.TrimPrefix(strings.TrimPrefix(f[0], "\n"), "refs/tags/"), Commit: f[1]}
		if f[2] != "" { // an annotated tag is an object of its own that names the commit
			t.Commit, t.Message = f[2], f[4]
		}
		var err error
		if t.Version, err = ParseVersion(t.Name); err != nil {
			continue
		}
		if _, twice := found[t.Version]; !twice || t.Name == string(t.Version) {
			found[t.Version] = t
		}
	}
	tags := make([]Tag, 0, len(found))
	for _, t := range found {
		tags = append(tags, t)
	}
	slices.SortFunc(tags, func(a, b Tag) int { return a.Version.Compare(b.Version) })
	return tags, nil
}
