package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/problem"
)

// Repo is a git repository that holds an app. The app's root is the folder
// of version-manager.yaml, which may be a folder of the repository.
type Repo struct {
	git    git
	Root   string // top of the work tree; the git folder where there is none
	Prefix string // from Root to the app's root, with slashes; "." where they are the same
	Bare   bool   // there is no work tree
}

// Commit is a commit in full.
type Commit struct {
	ID      string
	Time    time.Time // of the committer, UTC
	Subject string
}

// Open finds the repository that dir is in.
func Open(ctx context.Context, dir string) (*Repo, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, problem.New(problem.Failed, "install git, for example with: apt install git", "git is not installed")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	out, err := git{abs}.run(ctx, "rev-parse", "--is-bare-repository", "--is-inside-git-dir", "--absolute-git-dir")
	if err != nil {
		return nil, notRepo(ctx, abs, err)
	}
	lines := strings.SplitN(out, "\n", 3)
	if len(lines) != 3 {
		return nil, fmt.Errorf("open repository %s: git rev-parse answered %q", abs, out)
	}
	if lines[0] == "true" || lines[1] == "true" {
		return &Repo{git: git{lines[2]}, Root: lines[2], Prefix: ".", Bare: true}, nil
	}
	top, err := git{abs}.run(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	prefix, err := git{abs}.run(ctx, "rev-parse", "--show-prefix")
	return &Repo{git: git{top}, Root: top, Prefix: appRoot(top, prefix)}, err
}

func notRepo(ctx context.Context, dir string, err error) error {
	ge, ok := errors.AsType[*gitError](err)
	switch {
	case ok && strings.Contains(ge.stderr, "dubious ownership"):
		return problem.Wrap(err, problem.Failed, fmt.Sprintf("git config --global --add safe.directory '%s'", dir),
			"the repository belongs to another user")
	case ok && strings.Contains(ge.stderr, "not a git repository"):
		return problem.New(problem.Failed, git{dir}.firstCommit(ctx, "git init && "),
			"%s is not a git repository, and versions are made from commits", dir)
	}
	return err
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

// Dir is the app's root in the work tree.
func (r *Repo) Dir() string { return filepath.Join(r.Root, filepath.FromSlash(r.Prefix)) }

// Resolve returns the commit that ref names: a branch, a tag, a commit id.
func (r *Repo) Resolve(ctx context.Context, ref string) (Commit, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return Commit{}, problem.New(problem.Usage, "git log --oneline", "%q does not name a commit", ref)
	}
	id, err := r.git.run(ctx, "rev-parse", "--verify", "--quiet", ref+"^{commit}")
	if err != nil {
		return Commit{}, r.unresolved(ctx, ref)
	}
	out, err := r.git.run(ctx, "show", "-s", "--format=%ct %s", id)
	if err != nil {
		return Commit{}, err
	}
	stamp, subject, _ := strings.Cut(out, " ")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return Commit{}, fmt.Errorf("commit %s: time %q: %w", id, stamp, err)
	}
	return Commit{ID: id, Time: time.Unix(seconds, 0).UTC(), Subject: subject}, nil
}

func (r *Repo) unresolved(ctx context.Context, ref string) error {
	if _, err := r.git.run(ctx, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return problem.New(problem.Failed, r.git.firstCommit(ctx, ""),
			"the repository %s has no commit yet", r.Root)
	}
	hint := "git log --oneline"
	if shallow, _ := r.git.run(ctx, "rev-parse", "--is-shallow-repository"); shallow == "true" {
		hint = "git fetch --unshallow --tags"
	}
	return problem.New(problem.NotFound, hint, "%q does not name a commit of %s", ref, r.Root)
}

// Config reads the configuration of a commit.
func (r *Repo) Config(ctx context.Context, commit Commit) (config.App, error) {
	name := path.Join(r.Prefix, config.File)
	text, err := r.git.run(ctx, "cat-file", "blob", commit.ID+":"+name)
	if err != nil {
		return config.App{}, noConfig(commit)
	}
	return config.Parse([]byte(text))
}

func noConfig(commit Commit) error {
	return problem.New(problem.Failed, "git add "+config.File+" && git commit -m 'describe the app'",
		"commit %.12s has no %s, which says what to build", commit.ID, config.File)
}
