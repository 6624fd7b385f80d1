package gitrepo

import (
	"context"
	"slices"
	"strings"
)

// TagRef is a git tag as it is.
type TagRef struct {
	Name    string // without refs/tags/
	Commit  string
	Message string // empty for a tag without annotation
}

// ListTagRefs returns all tags of the repository.
func (r *Repo) ListTagRefs(ctx context.Context) ([]TagRef, error) {
	out, err := r.git.runGit(ctx, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(contents)%00", "refs/tags/")
	if err != nil {
		return nil, err
	}
	var refs []TagRef
	for f := range slices.Chunk(strings.Split(out, "\x00"), 5) {
		if len(f) < 5 {
			break // what follows the last NUL
		}
		t := TagRef{Name: strings.TrimPrefix(strings.TrimPrefix(f[0], "\n"), "refs/tags/"), Commit: f[1]}
		if f[2] != "" { // an annotated tag is an object of its own that names the commit
			t.Commit, t.Message = f[2], f[4]
		}
		refs = append(refs, t)
	}
	return refs, nil
}

// CreateTag makes an annotated tag. It fails if there is one of that name.
func (r *Repo) CreateTag(ctx context.Context, name, commit, message string) error {
	if _, err := r.EnsureIdentity(ctx); err != nil {
		return err
	}
	_, err := r.git.runWithInput(ctx, message, "tag", "--annotate", "--no-sign", "--cleanup=verbatim", "--file=-", "--", name, commit)
	return err
}

// DeleteTag removes a tag.
func (r *Repo) DeleteTag(ctx context.Context, name string) error {
	_, err := r.git.runGit(ctx, "tag", "--delete", "--", name)
	return err
}
