package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/licenses"
	"version-manager/internal/progress"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/gobuild"
	"version-manager/internal/release/ociimage"
)

// Builder makes releases from commits. It changes neither the repository nor
// a store; what it needs on the way is in a folder that Built.Close removes.
type Builder struct {
	Repo     *gitrepo.Repo
	Progress *progress.Reporter // told the steps up to the image; may be nil
}

// Built is what came of a commit: a release that has no version yet, and its
// image in a temporary folder.
type Built struct {
	Release Release
	Image   *ociimage.Image
	Notes   []string // what a person should know, as sentences

	// packBare repacks the image as earlier versions of this program did,
	// without notices; nil where there is nothing to pack.
	packBare func() error

	work *gobuild.Workspace
}

// Close removes the temporary folder and with it the image.
func (b *Built) Close() error { return b.work.Close() }

// BuildCommit makes the image of a commit and describes it. The caller closes what
// it returns; after an error nothing is left behind.
func (b *Builder) BuildCommit(ctx context.Context, commit gitrepo.Commit) (*Built, error) {
	work, err := gobuild.NewWorkspace()
	if err != nil {
		return nil, err
	}
	built := &Built{work: work}
	if work.Note != "" {
		built.Notes = append(built.Notes, work.Note)
	}
	if err := b.exportAndBuild(ctx, built, commit); err != nil {
		built.Close()
		return nil, withoutPath(err, work.Dir)
	}
	return built, nil
}

func (b *Builder) exportAndBuild(ctx context.Context, built *Built, commit gitrepo.Commit) error {
	b.Progress.StartStep(stepExport)
	dir, err := built.work.MakeFolder("tree")
	if err != nil {
		return err
	}
	tree, err := b.Repo.ExportCommit(ctx, commit, dir)
	if err != nil {
		return err
	}
	return tree.ExplainFailure(b.fromTree(ctx, built, commit, tree, gobuild.Sources{Tree: dir, Prefix: b.Repo.Prefix}))
}

func (b *Builder) fromTree(ctx context.Context, built *Built, commit gitrepo.Commit, tree *gitrepo.Tree, src gobuild.Sources) error {
	app, err := readConfig(src.AppDir(), commit)
	if err != nil {
		return err
	}
	if built.Release, err = describeRelease(app, commit, tree, src.Prefix); err != nil {
		return err
	}
	if app.Build.Image != "" {
		return b.adoptImage(ctx, built, src.AppDir())
	}
	return b.compileAndPack(ctx, built, commit, src)
}

// compileAndPack compiles the program and packs it.
func (b *Builder) compileAndPack(ctx context.Context, built *Built, commit gitrepo.Commit, src gobuild.Sources) (err error) {
	app := built.Release.Config
	binary := filepath.Join(built.work.Dir, "program")
	b.Progress.StartStep(stepBuild)
	cache, err := gobuild.CompileProgram(ctx, built.work, src, app.Build, binary)
	if err != nil {
		return err
	}
	if built.Release.GoVersion, built.Release.SBOM, err = gobuild.ReadBuildInfo(binary); err != nil {
		return err
	}
	b.Progress.StartStep(stepImage)
	notices, err := noticesOf(binary, cache, src)
	if err != nil {
		return err
	}
	to := ociimage.Layout{Dir: filepath.Join(built.work.Dir, "image")}
	built.packBare = func() error { return built.keepImage(packImage(to, binary, nil, app, commit)) }
	return built.keepImage(packImage(to, binary, notices, app, commit))
}

// noticesOf are the licenses of the modules that a program was compiled from.
func noticesOf(binary, cache string, src gobuild.Sources) ([]byte, error) {
	mod, err := src.FindAbove("go.mod")
	if err != nil {
		return nil, err
	}
	modules, err := licenses.ModulesOf(binary, cache, filepath.Dir(src.FilePath(mod)))
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = licenses.WriteNotices(&text, modules)
	return text.Bytes(), err
}

// adoptImage takes the image from the export, or from the work tree if it is not
// committed, as build results often are not.
func (b *Builder) adoptImage(ctx context.Context, built *Built, tree string) error {
	b.Progress.StartStep(stepImage)
	name := built.Release.Config.Build.Image
	path := filepath.Join(tree, filepath.FromSlash(name))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		path = filepath.Join(b.Repo.AppDir(), filepath.FromSlash(name))
		built.Notes = append(built.Notes, fmt.Sprintf("image %s is not committed: it was taken from the working folder", name))
	}
	scratch, err := built.work.MakeFolder("archive")
	if err != nil {
		return err
	}
	img, err := ociimage.LoadImage(ctx, path, scratch)
	if err != nil {
		return problem.Wrap(err, problem.Failed, "", "read image %s", name)
	}
	if _, err := img.ResolveUser(); err != nil { // now, rather than when it is to run
		return err
	}
	return built.keepImage(img, nil)
}

func (b *Built) keepImage(img *ociimage.Image, err error) error {
	if err != nil {
		return err
	}
	b.Image, b.Release.Image = img, img.Digest
	return nil
}

// readConfig reads the configuration of the commit, not that of the work tree.
func readConfig(tree string, commit gitrepo.Commit) (config.App, error) {
	f, err := os.Open(filepath.Join(tree, config.File))
	if errors.Is(err, fs.ErrNotExist) {
		return config.App{}, gitrepo.MissingConfigError(commit)
	}
	if err != nil {
		return config.App{}, problem.Wrap(err, problem.Failed, "", "read %s", config.File)
	}
	defer f.Close()
	return config.ParseReader(f)
}

// describeRelease fills in what does not depend on the build.
func describeRelease(app config.App, commit gitrepo.Commit, tree *gitrepo.Tree, prefix string) (Release, error) {
	r := Release{App: app.Name, Commit: commit.ID, Time: commit.Time, Config: app}
	var err error
	if r.ConfigID, err = config.DigestJSON(app); err != nil {
		return r, err
	}
	r.InfraID, err = tree.DigestInfra(prefix, app.Infra)
	return r, err
}

// withoutPath takes the temporary folder out of what a compiler said.
func withoutPath(err error, temp string) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		for i, line := range p.Lines {
			p.Lines[i] = strings.ReplaceAll(line, temp+string(filepath.Separator), "")
		}
	}
	return err
}
