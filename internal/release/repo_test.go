package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

func TestOpenProblems(t *testing.T) {
	releasetest.IsolateGit(t)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	_, err := gitrepo.OpenRepo(t.Context(), t.TempDir())
	releasetest.WantProblem(t, err, problem.Failed, "is not a git repository", "git init && git add -A && git commit")

	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	_, err = gitrepo.OpenRepo(t.Context(), t.TempDir())
	releasetest.WantProblem(t, err, problem.Failed, "is not a git repository", "git config --global user.name 'Your Name' && git config --global user.email you@example.org && git init && git add -A && git commit")

	t.Setenv("PATH", t.TempDir())
	_, err = gitrepo.OpenRepo(t.Context(), t.TempDir())
	releasetest.WantProblem(t, err, problem.Failed, "git is not installed", "install git")
}

func TestRepositoryWithoutCommits(t *testing.T) {
	releasetest.IsolateGit(t)
	dir := t.TempDir()
	releasetest.RunGit(t, dir, "init", "-q")
	r := openRepo(t, dir)
	_, err := r.ResolveCommit(t.Context(), "HEAD")
	releasetest.WantProblem(t, err, problem.Failed, "has no commit yet", "git commit")
	if tags, err := ListTags(t.Context(), r, "hello"); len(tags) != 0 || err != nil {
		t.Errorf("tags %v, %v", tags, err)
	}
}

func TestResolve(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	r := openRepo(t, dir)
	head, err := r.ResolveCommit(t.Context(), "HEAD")
	if err != nil || len(head.ID) != 40 || head.Subject != "first" || head.Time.IsZero() {
		t.Fatalf("HEAD is %+v, %v", head, err)
	}
	releasetest.RunGit(t, dir, "tag", "v1.0.0")
	for _, ref := range []string{"main", "v1.0.0", head.ID[:8], "main~0"} {
		if c, err := r.ResolveCommit(t.Context(), ref); c != head || err != nil {
			t.Errorf("%s is %+v, %v", ref, c, err)
		}
	}
	_, err = r.ResolveCommit(t.Context(), "nonsense")
	releasetest.WantProblem(t, err, problem.NotFound, `"nonsense" does not name a commit`, "git log")
	for _, bad := range []string{"", "--all", "-h"} {
		_, err = r.ResolveCommit(t.Context(), bad)
		releasetest.WantProblem(t, err, problem.Usage, "does not name a commit", "git log")
	}
}

func TestConfigOfACommit(t *testing.T) {
	files := releasetest.HelloModule()
	files["real.yaml"] = files["version-manager.yaml"]
	delete(files, "version-manager.yaml")
	dir, store := releasetest.NewRepo(t, files), NewStore(t.TempDir())
	relink := func(target string) {
		t.Helper()
		_ = os.Remove(filepath.Join(dir, "version-manager.yaml")) // the first time none exists
		if err := os.Symlink(target, filepath.Join(dir, "version-manager.yaml")); err != nil {
			t.Fatal(err)
		}
		releasetest.CommitAll(t, dir, "link to "+target)
	}
	relink("real.yaml")
	create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})

	relink("../outside.yaml")
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.1.0", From: "HEAD", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "has no version-manager.yaml", "git add")

	releasetest.WriteFiles(t, dir, map[string]string{"real.yaml": "name: hello\n#" + strings.Repeat("x", 2*4<<20)})
	relink("real.yaml")
	_, err = CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.1.0", From: "HEAD", Store: store})
	releasetest.WantProblem(t, err, problem.Failed, "is larger than 4194304 bytes", "")
}

func TestTimesThatNoImageCanHave(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	r := openRepo(t, dir)
	for date, fine := range map[string]bool{"@0 +0000": true, "@8589934591 +0000": true, "@8589934592 +0000": false, "@253402300800 +0000": false} {
		t.Setenv("GIT_COMMITTER_DATE", date)
		releasetest.RunGit(t, dir, "commit", "-q", "--allow-empty", "-m", "x")
		_, err := r.ResolveCommit(t.Context(), "HEAD")
		if fine && err != nil {
			t.Errorf("%s: %v", date, err)
		} else if !fine {
			releasetest.WantProblem(t, err, problem.Failed, "time that an image cannot have", "git commit --amend")
		}
	}
}

func TestShallowClone(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	old := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
	releasetest.WriteFiles(t, dir, map[string]string{"more.txt": "more"})
	releasetest.CommitAll(t, dir, "second")
	shallow := filepath.Join(t.TempDir(), "shallow")
	releasetest.RunGit(t, dir, "clone", "-q", "--depth", "1", "--no-tags", "file://"+dir, shallow)
	build(t, shallow)
	_, err := openRepo(t, shallow).ResolveCommit(t.Context(), old)
	releasetest.WantProblem(t, err, problem.NotFound, "does not name a commit", "git fetch --unshallow --tags")
}

func TestAnotherWorkTree(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	want := build(t, dir).Image.Digest

	tree := filepath.Join(t.TempDir(), "work tree")
	releasetest.RunGit(t, dir, "worktree", "add", "-q", "--detach", tree)
	if got := build(t, tree).Image.Digest; got != want {
		t.Errorf("another work tree gave %s, want %s", got, want)
	}
}

// A bare repository can lie among the files of another one, with whatever
// configuration somebody gave it.
func TestBareRepositoryIsRefused(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	bare := filepath.Join(dir, "docs")
	releasetest.RunGit(t, dir, "clone", "-q", "--bare", dir, bare)
	for _, at := range []string{bare, filepath.Join(dir, ".git"), filepath.Join(bare, "objects")} {
		_, err := gitrepo.OpenRepo(t.Context(), at)
		releasetest.WantProblem(t, err, problem.Failed, "not in a work tree", "git clone")
	}
}

func TestWorkTreeElsewhereIsRefused(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	releasetest.RunGit(t, dir, "config", "core.worktree", filepath.Dir(dir))
	_, err := gitrepo.OpenRepo(t.Context(), dir)
	releasetest.WantProblem(t, err, problem.Failed, "which is not a work tree", "git config --unset core.worktree")
}

func TestRepositoryOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a repository of another user")
	}
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	for _, at := range []string{dir, filepath.Join(dir, ".git")} {
		if err := os.Chown(at, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	sub := filepath.Join(dir, "sub")
	releasetest.MakeDir(t, sub)
	_, err := gitrepo.OpenRepo(t.Context(), sub)
	releasetest.WantProblem(t, err, problem.Failed, "belongs to another user", "safe.directory '"+dir+"'")
	t.Setenv("SUDO_UID", "65534")
	if _, err := gitrepo.OpenRepo(t.Context(), sub); err != nil {
		t.Errorf("with sudo in your own repository: %v", err)
	}
}
