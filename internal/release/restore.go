package release

import (
	"context"
	"fmt"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/gitrepo"
)

// restoreFromTag makes the release of an existing tag again, where this machine has
// no record of it: in a fresh clone, or after a crash between the two. What
// is built must be what the tag says.
func (c *creation) restoreFromTag(ctx context.Context, tag Tag) error {
	commit, err := c.repo.ResolveCommit(ctx, tag.Commit)
	if err != nil {
		return err
	}
	c.tag = tag.Name
	if err := c.sameApp(ctx, commit); err != nil {
		return err
	}
	record, err := c.recordedState(c.app.Name)
	if err != nil {
		return err
	}
	if same, err := c.isMeant(ctx, commit); err != nil || !same || record == intact {
		if err != nil {
			return err
		}
		return c.versionExists(c.app.Name)
	}
	built, err := c.buildCommit(ctx, commit)
	if err != nil {
		return err
	}
	defer built.Close()
	text, said := parseTag(tag.Message)
	if text == "" {
		text = commit.Subject
	}
	built.Release.Message = text
	if err := built.matchEarlier(said.Image); err != nil {
		return err
	}
	if err := c.compareWithTag(said, trailersOf(built, c.repo.Prefix)); err != nil {
		return err
	}
	return c.storeAgain(built, tag)
}

// recordState is what the store knows of a version.
type recordState int

const (
	absent recordState = iota
	imageless
	intact
)

func (c *creation) recordedState(app string) (recordState, error) {
	r, err := c.Store.GetRecord(app, c.Version)
	switch {
	case problem.KindOf(err) == problem.NotFound:
		return absent, nil
	case err != nil:
		return absent, err
	}
	if _, err := c.Store.OpenImage(r.Image); err != nil {
		return imageless, nil
	}
	return intact, nil
}

// isMeant tells whether the caller can have meant the tag's commit: either no
// other was asked for, or it is the same. A message asks for the work tree.
func (c *creation) isMeant(ctx context.Context, tagged gitrepo.Commit) (bool, error) {
	if c.From == "" && c.Message == "" {
		return true, nil
	}
	ref := "HEAD"
	if c.From != "" {
		ref = c.From
	} else if dirty, err := c.repo.ListChanges(ctx); err != nil || len(dirty) > 0 {
		return false, err
	}
	asked, err := c.repo.ResolveCommit(ctx, ref)
	return asked.ID == tagged.ID, err
}

// compareWithTag accepts another image than the tag names only if there is a reason
// for it, and then says so.
func (c *creation) compareWithTag(said, got trailers) error {
	switch {
	case said.Image == "" || said.Image == got.Image:
		return nil
	case said.Go != got.Go || said.Platform != got.Platform:
		c.addNote("the image differs from the one that the tag %s names: that was built by %s for %s, this by %s for %s",
			c.tag, orUnknown(said.Go), orUnknown(said.Platform), orUnknown(got.Go), orUnknown(got.Platform))
		return nil
	}
	return problem.New(problem.Failed, "version-manager create VERSION --from "+c.tag,
		"the image of %s is not the one that its tag names", c.Version).
		With("tag:  "+said.Image, "here: "+got.Image, fmt.Sprintf("both by %s for %s", orUnknown(got.Go), got.Platform))
}

// matchEarlier makes the image as an earlier version of this program did if
// that is the one which a tag names. The program in it is the same.
func (b *Built) matchEarlier(image string) error {
	if b.packBare == nil || image == "" || image == b.Image.Digest {
		return nil
	}
	now, release := b.Image, b.Release.Image
	if err := b.packBare(); err != nil {
		return err
	}
	if image != b.Image.Digest {
		b.Image, b.Release.Image = now, release
	}
	return nil
}

func (c *creation) storeAgain(built *Built, tag Tag) error {
	c.Progress.StartStep(stepStore)
	if err := c.Store.AddImage(built.Image); err != nil {
		return err
	}
	if err := c.Store.PutRecord(built.Release); err != nil {
		return err
	}
	c.addNote("restored from the tag %s at %.7s", tag.Name, tag.Commit)
	c.result.Release = built.Release
	return nil
}

func orUnknown(s string) string {
	if s == "" {
		return "an unknown Go version"
	}
	return s
}
