package release

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/progress"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/gobuild"
)

// Steps returns the names of the steps of [CreateVersion], in order.
func Steps() []string { return []string{stepExport, stepBuild, stepImage, stepStore, stepTag} }

// The steps of CreateVersion, as people see them.
const (
	stepExport = "export" // copy the commit's files
	stepBuild  = "build"  // compile the app
	stepImage  = "image"  // pack the image
	stepStore  = "store"  // keep the image
	stepTag    = "tag"    // tag the commit
)

// Options says which version CreateVersion creates.
type Options struct {
	Dir      string             // a folder of the repository
	Version  Version            // canonical
	Message  string             // what changed; with it, changes of the work tree are committed
	From     string             // build this commit instead of the work tree's; may be empty
	Store    *Store             // where to keep the release
	Progress *progress.Reporter // told each of [Steps] as it begins; may be nil
}

// Created is a new release and what a person should know about it.
type Created struct {
	Release Release
	Notes   []string // sentences: "2 changed files were committed as 1a2b3c4: …"
}

// CreateVersion makes a release: commit if necessary, build, store, tag, record. The
// record comes last and is what makes the release exist, so that a crash at
// any point leaves nothing that the same call would not pick up: an image
// without record is only content, and a tag without record is rebuilt. The
// notes are there also where it fails.
func CreateVersion(ctx context.Context, o Options) (Created, error) {
	repo, err := gitrepo.OpenRepo(ctx, o.Dir)
	if err != nil {
		return Created{}, o.explainFailure(err)
	}
	c := &creation{Options: o, repo: repo}
	err = c.runSteps(ctx)
	if c.committed {
		c.takeBack(context.WithoutCancel(ctx), err == nil)
	}
	if err != nil {
		return Created{Notes: c.result.Notes}, o.explainFailure(err)
	}
	return c.result, nil
}

// explainFailure says which version an error was about, problems included.
func (o Options) explainFailure(err error) error {
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
	repo      *gitrepo.Repo
	app       config.App // as the work tree describes it, or From
	tags      []Tag      // the versions of the app
	tag       string     // what the version's tag is called
	committed bool       // what was changed in the work tree
	result    Created
}

func (c *creation) runSteps(ctx context.Context) error {
	all, err := readTags(ctx, c.repo)
	if err != nil {
		return err
	}
	if err := c.fromVersion(all); err != nil {
		return err
	}
	if c.app, err = c.readApp(ctx); err != nil {
		return err
	}
	c.tags, c.tag = all.ofApp(c.repo.Prefix, c.app.Name), all.tagName(c.repo.Prefix, c.app.Name, c.Version)
	if i := slices.IndexFunc(c.tags, func(t Tag) bool { return t.Version == c.Version }); i >= 0 {
		return c.restoreFromTag(ctx, c.tags[i])
	}
	return c.makeVersion(ctx, all)
}

// readApp reads which app this is about.
func (c *creation) readApp(ctx context.Context) (config.App, error) {
	if c.From != "" {
		commit, err := c.repo.ResolveCommit(ctx, c.From)
		if err != nil {
			return config.App{}, err
		}
		return c.repo.ReadConfig(ctx, commit)
	}
	f, err := os.Open(filepath.Join(c.repo.AppDir(), config.File))
	if err != nil {
		if _, err := c.repo.ResolveCommit(ctx, "HEAD"); err != nil {
			return config.App{}, err
		}
		return config.App{}, problem.Wrap(err, problem.Failed, "", "there is no %s, which says what to build", config.File)
	}
	defer f.Close()
	return config.ParseReader(f)
}

// makeVersion makes a new version. Whatever is certain to fail later fails first,
// before anything is committed or compiled.
func (c *creation) makeVersion(ctx context.Context, all tagList) error {
	if err := c.checkFeasible(all); err != nil {
		return err
	}
	who, err := c.repo.EnsureIdentity(ctx)
	if err != nil {
		return err
	}
	if who != "" {
		c.addNote("%s", who)
	}
	commit, err := c.commitToBuild(ctx)
	if err != nil {
		return err
	}
	if err := c.sameApp(ctx, commit); err != nil {
		return err
	}
	built, err := c.buildCommit(ctx, commit)
	if err != nil {
		return err
	}
	defer built.Close()
	built.Release.Message = strings.TrimSpace(c.Message)
	if built.Release.Message == "" {
		built.Release.Message = commit.Subject
	}
	return c.publishRelease(ctx, built)
}

// checkFeasible checks what does not depend on the commit.
func (c *creation) checkFeasible(all tagList) error {
	if err := c.requireUnused(c.app.Name); err != nil {
		return err
	}
	if err := all.nameFree(c.tag); err != nil {
		return err
	}
	if t := all.findUnclear(c.repo.Prefix, c.Version); t != nil && c.From == "" {
		return problem.New(problem.Failed, fmt.Sprintf("git tag %s %s", c.tag, shell.QuoteWord(t.Name+"^{}")),
			"the tag %s does not say which app of this repository it belongs to", t.Name).
			With(fmt.Sprintf("if it does not belong to %s: version-manager create %s --from HEAD", c.app.Name, c.Version))
	}
	if c.app.Build.Package == "" {
		return nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return gobuild.MissingGoError()
	}
	return nil
}

// sameApp fails if a commit is not of the app that this is about.
func (c *creation) sameApp(ctx context.Context, commit gitrepo.Commit) error {
	app, err := c.repo.ReadConfig(ctx, commit)
	if err == nil && app.Name != c.app.Name {
		return problem.New(problem.Failed, "version-manager list", "the commit %.12s belongs to the app %s and not to %s", commit.ID, app.Name, c.app.Name)
	}
	return err
}

func (c *creation) buildCommit(ctx context.Context, commit gitrepo.Commit) (*Built, error) {
	built, err := (&Builder{Repo: c.repo, Progress: c.Progress}).BuildCommit(ctx, commit)
	if err != nil {
		return nil, err
	}
	built.Release.Version = c.Version
	c.result.Notes = append(c.result.Notes, built.Notes...)
	return built, nil
}

// publishRelease stores, tags and records a new release.
func (c *creation) publishRelease(ctx context.Context, built *Built) error {
	c.Progress.StartStep(stepStore)
	if err := c.Store.AddImage(built.Image); err != nil {
		return err
	}
	c.Progress.StartStep(stepTag)
	r := built.Release
	if err := c.repo.CreateTag(ctx, c.tag, r.Commit, trailersOf(built, c.repo.Prefix).tagMessage(r.Message)); err != nil {
		return err
	}
	if err := c.Store.PutRecord(r); err != nil {
		if untag := c.repo.DeleteTag(context.WithoutCancel(ctx), c.tag); untag != nil {
			c.addNote("the tag %s could not be removed: %v", c.tag, untag)
		}
		return err
	}
	c.result.Release = r
	return nil
}

func (c *creation) addNote(format string, args ...any) {
	c.result.Notes = append(c.result.Notes, fmt.Sprintf(format, args...))
}
