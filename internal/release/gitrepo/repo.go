package gitrepo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
)

// Repo is a git repository that holds an app. The app's root is the folder
// of version-manager.yaml, which may be a folder of the repository.
type Repo struct {
	Root   string // top of the work tree
	Prefix string // from Root to the app's root, with slashes; "." where they are the same

	git    git
	gitDir string // of this work tree
	common string // the same, or that of the main one where this is another work tree of it
}

// Commit is a commit in full.
type Commit struct {
	ID      string
	Time    time.Time // of the committer, UTC
	Subject string
}

// OpenRepo finds the repository that dir is in.
func OpenRepo(ctx context.Context, dir string) (*Repo, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, problem.New(problem.Failed, "install git, for example with: apt install git", "git is not installed")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	r := &Repo{git: git{dir: abs}}
	if err := r.locateFolders(ctx, abs); err != nil {
		return nil, err
	}
	r.git.dir = r.Root
	r.git.settings, err = r.git.findPrograms(ctx)
	return r, err
}

// locateFolders finds the folders of the repository around dir.
func (r *Repo) locateFolders(ctx context.Context, dir string) error {
	inside, err := r.git.runGit(ctx, "rev-parse", "--is-inside-work-tree")
	switch {
	case err != nil:
		return explainNoRepo(ctx, dir, err)
	case inside != "true":
		return workTreeError(dir)
	}
	var prefix string
	for _, q := range []struct {
		answer *string
		option string
	}{{&r.Root, "--show-toplevel"}, {&prefix, "--show-prefix"}, {&r.gitDir, "--absolute-git-dir"}, {&r.common, "--git-common-dir"}} {
		if *q.answer, err = r.git.runGit(ctx, "rev-parse", q.option); err != nil {
			return err
		}
	}
	if !filepath.IsAbs(r.common) {
		r.common = filepath.Join(dir, r.common)
	}
	if _, err := os.Lstat(filepath.Join(r.Root, ".git")); err != nil {
		return problem.New(problem.Failed, "git config --unset core.worktree",
			"core.worktree of the repository %s is %s, which is not a work tree", dir, r.Root)
	}
	r.Prefix = appRoot(r.Root, prefix)
	return nil
}

func explainNoRepo(ctx context.Context, dir string, err error) error {
	ge, ok := errors.AsType[*gitError](err)
	switch {
	case !ok:
		return err
	case strings.Contains(ge.stderr, "bare repository"): // which may have come as files of another one
		return workTreeError(dir)
	case strings.Contains(ge.stderr, "dubious ownership"), strings.Contains(ge.stderr, "owned by someone else"):
		if at := ownedElsewhere.FindStringSubmatch(ge.stderr); at != nil {
			dir = at[1]
		}
		return problem.New(problem.Failed, "git config --global --add safe.directory "+shell.QuoteWord(dir),
			"the repository %s belongs to another user; git opens it only if you declare that you trust its owner", dir)
	case strings.Contains(ge.stderr, "not a git repository"):
		return problem.New(problem.Failed, git{dir: dir}.firstCommit(ctx, "git init && "),
			"%s is not a git repository, and versions are made from commits", dir)
	}
	return err
}

// ownedElsewhere matches the folder that git takes for another user's.
var ownedElsewhere = regexp.MustCompile(`(?:repository at|unsafe repository) \(?'([^'\n]+)'`)

func workTreeError(dir string) error {
	return problem.New(problem.Failed, "git clone "+shell.QuoteWord(dir)+" app && cd app",
		"%s is not in a work tree but in the files of a repository, and versions are made in a work tree", dir)
}

// appRoot walks up from prefix to the nearest folder with a configuration.
func appRoot(top, prefix string) string {
	start := path.Clean(prefix)
	for at := start; ; at = path.Dir(at) {
		if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(at), config.File)); err == nil {
			return at
		}
		if at == "." {
			return "."
		}
	}
}

// AppDir is the app's root in the work tree.
func (r *Repo) AppDir() string { return filepath.Join(r.Root, filepath.FromSlash(r.Prefix)) }

// maxTime is the latest time that a file in a layer can have, in the year 2242.
const maxTime = 1<<33 - 1

// ResolveCommit returns the commit that ref names: a branch, a tag, a commit id.
func (r *Repo) ResolveCommit(ctx context.Context, ref string) (Commit, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return Commit{}, problem.New(problem.Usage, "git log --oneline", "%q does not name a commit", ref)
	}
	id, err := r.git.runGit(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err != nil {
		return Commit{}, r.unresolvedError(ctx, ref)
	}
	out, err := r.git.runGit(ctx, "show", "-s", "--format=%ct %s", id)
	if err != nil {
		return Commit{}, err
	}
	stamp, subject, _ := strings.Cut(out, " ")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > maxTime {
		return Commit{}, problem.New(problem.Failed, "git commit --amend --no-edit",
			"commit %.12s has a time that an image cannot have, and files in an image get the time of their commit: %.40q seconds after 1970", id, stamp)
	}
	return Commit{ID: id, Time: time.Unix(seconds, 0).UTC(), Subject: subject}, nil
}

func (r *Repo) unresolvedError(ctx context.Context, ref string) error {
	if _, err := r.git.runGit(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return problem.New(problem.Failed, r.git.firstCommit(ctx, ""),
			"the repository %s has no commit yet", r.Root)
	}
	hint := "git log --oneline"
	if shallow, _ := r.git.runGit(ctx, "rev-parse", "--is-shallow-repository"); shallow == "true" {
		hint = "git fetch --unshallow --tags"
	}
	return problem.New(problem.NotFound, hint, "%q does not name a commit of %s", ref, r.Root)
}

// maxConfigBytes bounds version-manager.yaml.
const maxConfigBytes = 4 << 20

// ReadConfig reads the configuration of a commit.
func (r *Repo) ReadConfig(ctx context.Context, commit Commit) (config.App, error) {
	name := path.Join(r.Prefix, config.File)
	text, err := r.git.readFile(ctx, commit.ID, name, maxConfigBytes)
	if errors.Is(err, errOutputTooLarge) {
		return config.App{}, problem.New(problem.Failed, "", "%s of the commit %.12s is larger than %d bytes", config.File, commit.ID, maxConfigBytes)
	}
	if err != nil {
		return config.App{}, MissingConfigError(commit)
	}
	return config.ParseYAML([]byte(text))
}

func MissingConfigError(commit Commit) error {
	return problem.New(problem.Failed, "git add "+config.File+" && git commit -m 'describe the app'",
		"commit %.12s has no %s, which says what to build", commit.ID, config.File)
}
