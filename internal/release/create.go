package release

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/problem"
)

// Options says what Create shall make.
type Options struct {
	Dir      string            // a folder of the repository
	Version  Version           // canonical
	Message  string            // what changed; with it, changes of the work tree are committed
	From     string            // build this commit instead of the work tree's; may be empty
	Store    *Store            // where to keep the release
	Progress func(step string) // "export", "build", "image", "store", "tag"; may be nil
}

// Created is a new release and what a person should know about it.
type Created struct {
	Release Release
	Notes   []string // sentences: "2 changed files were committed as 1a2b3c4: …"
}

// Create makes a release: commit if need be, build, store, tag, record. The
// record comes last and is what makes the release exist, so that a crash at
// any point leaves nothing that the same call would not pick up: an image
// without record is only content, and a tag without record is rebuilt. The
// notes are there also where it fails.
func Create(ctx context.Context, o Options) (Created, error) {
	repo, err := Open(ctx, o.Dir)
	if err != nil {
		return Created{}, o.failed(err)
	}
	tags, err := repo.Tags(ctx)
	if err != nil {
		return Created{}, o.failed(err)
	}
	c := &creation{Options: o, repo: repo, tags: tags}
	if i := slices.IndexFunc(tags, func(t Tag) bool { return t.Version == o.Version }); i >= 0 {
		err = c.restore(ctx, tags[i])
	} else {
		err = c.create(ctx)
	}
	if c.committed {
		c.takeBack(context.WithoutCancel(ctx), err == nil)
	}
	if err != nil {
		return Created{Notes: c.result.Notes}, o.failed(err)
	}
	return c.result, nil
}

// failed says which version an error was about, problems included.
func (o Options) failed(err error) error {
	if p, ok := err.(*problem.Problem); ok {
		about := *p
		about.What = fmt.Sprintf("create %s: %s", o.Version, p.What)
		return &about
	}
	return fmt.Errorf("create %s: %w", o.Version, err)
}

// creation is one run of Create.
type creation struct {
	Options
	repo      *Repo
	tags      []Tag
	committed bool // what was changed in the work tree
	result    Created
}

func (c *creation) create(ctx context.Context) error {
	who, err := c.repo.identify(ctx)
	if err != nil {
		return err
	}
	if who != "" {
		c.note("%s", who)
	}
	commit, err := c.commit(ctx)
	if err != nil {
		return err
	}
	app, err := c.repo.Config(ctx, commit)
	if err != nil {
		return err
	}
	if err := c.unused(app.Name); err != nil {
		return err
	}
	built, err := c.build(ctx, commit)
	if err != nil {
		return err
	}
	defer built.Close()
	built.Release.Message = strings.TrimSpace(c.Message)
	if built.Release.Message == "" {
		built.Release.Message = commit.Subject
	}
	return c.publish(ctx, built)
}

func (c *creation) build(ctx context.Context, commit Commit) (*Built, error) {
	built, err := (&Builder{Repo: c.repo, Progress: c.Progress}).Build(ctx, commit)
	if err != nil {
		return nil, err
	}
	built.Release.Version = c.Version
	c.result.Notes = append(c.result.Notes, built.Notes...)
	return built, nil
}

// publish stores, tags and records a new release.
func (c *creation) publish(ctx context.Context, built *Built) error {
	c.progress("store")
	if err := c.Store.AddImage(built.Image); err != nil {
		return err
	}
	c.progress("tag")
	r := built.Release
	if err := c.repo.Tag(ctx, r.Version, r.Commit, trailersOf(built).message(r.Message)); err != nil {
		return err
	}
	if err := c.Store.Put(r); err != nil {
		if untag := c.repo.Untag(context.WithoutCancel(ctx), r.Version); untag != nil {
			c.note("the tag %s could not be removed: %v", r.Version, untag)
		}
		return err
	}
	c.result.Release = r
	return nil
}

func (c *creation) note(format string, args ...any) {
	c.result.Notes = append(c.result.Notes, fmt.Sprintf(format, args...))
}

func (c *creation) progress(step string) {
	if c.Progress != nil {
		c.Progress(step)
	}
}
