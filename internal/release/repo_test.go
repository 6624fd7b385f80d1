package release

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/problem"
)

func TestOpenProblems(t *testing.T) {
	isolateGit(t)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	_, err := Open(t.Context(), t.TempDir())
	wantProblem(t, err, problem.Failed, "is not a git repository", "git init && git add -A && git commit")

	t.Setenv("PATH", t.TempDir())
	_, err = Open(t.Context(), t.TempDir())
	wantProblem(t, err, problem.Failed, "git is not installed", "install git")
}

func TestRepositoryWithoutCommits(t *testing.T) {
	isolateGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	r := openRepo(t, dir)
	_, err := r.Resolve(t.Context(), "HEAD")
	wantProblem(t, err, problem.Failed, "has no commit yet", "git commit")
	if tags, err := r.Tags(t.Context()); len(tags) != 0 || err != nil {
		t.Errorf("tags %v, %v", tags, err)
	}
}

func TestResolve(t *testing.T) {
	dir := newRepo(t, helloModule())
	r := openRepo(t, dir)
	head, err := r.Resolve(t.Context(), "HEAD")
	if err != nil || len(head.ID) != 40 || head.Subject != "first" || head.Time.IsZero() {
		t.Fatalf("HEAD is %+v, %v", head, err)
	}
	runGit(t, dir, "tag", "v1.0.0")
	for _, ref := range []string{"main", "v1.0.0", head.ID[:8], "main~0"} {
		if c, err := r.Resolve(t.Context(), ref); c != head || err != nil {
			t.Errorf("%s is %+v, %v", ref, c, err)
		}
	}
	_, err = r.Resolve(t.Context(), "nonsense")
	wantProblem(t, err, problem.NotFound, `"nonsense" does not name a commit`, "git log")
	for _, bad := range []string{"", "--all", "-h"} {
		_, err = r.Resolve(t.Context(), bad)
		wantProblem(t, err, problem.Usage, "does not name a commit", "git log")
	}
}

func TestShallowClone(t *testing.T) {
	dir := newRepo(t, helloModule())
	old := runGit(t, dir, "rev-parse", "HEAD")
	write(t, dir, map[string]string{"more.txt": "more"})
	commitAll(t, dir, "second")
	shallow := filepath.Join(t.TempDir(), "shallow")
	runGit(t, dir, "clone", "-q", "--depth", "1", "--no-tags", "file://"+dir, shallow)
	build(t, shallow)
	_, err := openRepo(t, shallow).Resolve(t.Context(), old)
	wantProblem(t, err, problem.NotFound, "does not name a commit", "git fetch --unshallow --tags")
}

func TestBareRepositoryAndWorktree(t *testing.T) {
	dir := newRepo(t, helloModule())
	want := build(t, dir).Image.Digest

	bare := filepath.Join(t.TempDir(), "bare.git")
	runGit(t, dir, "clone", "-q", "--bare", dir, bare)
	if r := openRepo(t, bare); !r.Bare || r.Prefix != "." {
		t.Errorf("opened %+v", r)
	}
	if got := build(t, bare).Image.Digest; got != want {
		t.Errorf("a bare clone gave %s, want %s", got, want)
	}

	tree := filepath.Join(t.TempDir(), "work tree")
	runGit(t, dir, "worktree", "add", "-q", "--detach", tree)
	if got := build(t, tree).Image.Digest; got != want {
		t.Errorf("another work tree gave %s, want %s", got, want)
	}
}

func TestDirtyNamesEveryFile(t *testing.T) {
	files := helloModule()
	files["old.txt"], files["gone.txt"], files[".gitignore"] = "same\n", "x", "*.log\n"
	dir := newRepo(t, files)
	runGit(t, dir, "mv", "old.txt", "new.txt")
	if err := os.Remove(filepath.Join(dir, "gone.txt")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"main.go": "changed", "ünï code.txt": "", "sub/a\nb": "", "x.log": "ignored"})
	got, err := openRepo(t, dir).Dirty(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{"gone.txt", "main.go", "new.txt", "old.txt", "sub/a\nb", "ünï code.txt"}
	if !slices.Equal(got, want) {
		t.Errorf("dirty %q, want %q", got, want)
	}
}

func TestUserConfigurationDoesNotInterfere(t *testing.T) {
	dir := newRepo(t, map[string]string{"go.mod": "x"})
	hooks := t.TempDir()
	for _, hook := range []string{"pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"} {
		if err := os.WriteFile(filepath.Join(hooks, hook), []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, setting := range [][2]string{
		{"commit.gpgSign", "true"}, {"tag.gpgSign", "true"}, {"tag.forceSignAnnotated", "true"}, {"gpg.program", "false"},
		{"core.hooksPath", hooks}, {"core.autocrlf", "true"}, {"core.pager", "false"}, {"core.editor", "false"},
		{"commit.template", "/nonexistent"}, {"log.showSignature", "true"}, {"status.showUntrackedFiles", "no"},
		{"core.quotePath", "true"}, {"color.ui", "always"}, {"commit.verbose", "true"},
	} {
		runGit(t, dir, "config", setting[0], setting[1])
	}
	t.Setenv("GIT_DIR", "/nonexistent") // as within a hook
	t.Setenv("GIT_INDEX_FILE", "/nonexistent")
	r := openRepo(t, dir)
	write(t, dir, map[string]string{"-rf": "lines\n", ".gitattributes": "*.txt export-subst\n", "a.txt": "$Format:%d$\n"})
	if dirty, err := r.Dirty(t.Context()); len(dirty) != 3 || err != nil {
		t.Fatalf("dirty %q, %v", dirty, err)
	}
	if err := r.CommitAll(t.Context(), "# not a comment"); err != nil {
		t.Fatal(err)
	}
	head, err := r.Resolve(t.Context(), "HEAD")
	if err != nil || head.Subject != "# not a comment" {
		t.Fatalf("HEAD %+v, %v", head, err)
	}
	if err := r.Tag(t.Context(), "v1.0.0", head.ID, "message"); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := r.Export(t.Context(), head, out); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"-rf": "lines\n", "a.txt": "$Format:%d$\n"} {
		if got, err := os.ReadFile(filepath.Join(out, name)); string(got) != want || err != nil {
			t.Errorf("%s exported as %q, %v", name, got, err)
		}
	}
}

func TestMissingIdentity(t *testing.T) {
	dir := newRepo(t, helloModule())
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	write(t, dir, map[string]string{"new.txt": ""})
	r := openRepo(t, dir)
	err := r.CommitAll(t.Context(), "x")
	wantProblem(t, err, problem.Failed, "does not know who you are", "git config --global user.name")
	err = r.Tag(t.Context(), "v1.0.0", "HEAD", "x")
	wantProblem(t, err, problem.Failed, "does not know who you are", "git config --global user.email")
}

func TestExportRefusesLinksThatLeave(t *testing.T) {
	for _, target := range []string{"/etc/passwd", "../../outside", "sub/../../x"} {
		dir := newRepo(t, helloModule())
		if err := os.Symlink(target, filepath.Join(dir, "link")); err != nil {
			t.Fatal(err)
		}
		commitAll(t, dir, "link")
		_, err := tryBuild(t.Context(), dir)
		if err == nil || !strings.Contains(err.Error(), "leads out of the repository") {
			t.Errorf("link to %s: error %v", target, err)
		}
	}
}

func TestExportKeepsLinksAndModes(t *testing.T) {
	files := helloModule()
	files["run.sh"] = "#!/bin/sh\n"
	dir := newRepo(t, files)
	if err := os.Symlink("../run.sh", filepath.Join(dir, "run.sh.link")); err != nil {
		t.Fatal(err)
	}
	mkdir(t, filepath.Join(dir, "sub"))
	if err := os.Rename(filepath.Join(dir, "run.sh.link"), filepath.Join(dir, "sub", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	commitAll(t, dir, "modes")
	r, out := openRepo(t, dir), t.TempDir()
	head, err := r.Resolve(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Export(t.Context(), head, out); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(out, "sub", "link"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("through the link: %v, %v", info, err)
	}
	if info, err := os.Stat(filepath.Join(out, "go.mod")); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("go.mod: %v, %v", info, err)
	}
}
