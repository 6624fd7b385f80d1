package release

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// helloModule is a complete app: small, without dependencies, quick to build.
func helloModule() map[string]string {
	return map[string]string{
		"go.mod":               "module example.org/hello\n\ngo 1.26\n",
		"main.go":              "package main\n\nfunc main() { println(\"hello\") }\n",
		"version-manager.yaml": "name: hello\nbuild: {package: .}\n",
	}
}

// newRepo makes a repository with one commit of the given files. The user's
// own git configuration has no say in it.
func newRepo(t *testing.T, files map[string]string) string {
	t.Helper()
	isolateGit(t)
	dir := filepath.Join(t.TempDir(), "a repö with spaces")
	mkdir(t, dir)
	runGit(t, dir, "init", "-q", "-b", "main")
	write(t, dir, files)
	commitAll(t, dir, "first")
	return dir
}

func isolateGit(t *testing.T) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "gitconfig")
	if err := os.WriteFile(config, []byte("[user]\nname = Ada\nemail = ada@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, name := range []string{"GIT_CONFIG_COUNT", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_MERGE_AUTOEDIT", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"} {
		t.Setenv(name, "") // so that it comes back afterwards
		os.Unsetenv(name)
	}
}

// isolateCache gives the test a cache folder of its own and returns where
// builds happen in it. What Go itself keeps stays where it is.
func isolateCache(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, strings.TrimSpace(string(out)))
	}
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	if runtime.GOOS == "darwin" { // elsewhere go would write its telemetry there, even after it has ended
		t.Setenv("HOME", cache)
	}
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(base, "version-manager", "build")
}

func commitAll(t *testing.T, dir, message string) {
	t.Helper()
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "commit", "-q", "-m", message)
}

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		mkdir(t, filepath.Dir(path))
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func openRepo(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func build(t *testing.T, dir string) *Built {
	t.Helper()
	built, err := tryBuild(t.Context(), dir)
	if err != nil {
		t.Fatal(err, lines(err))
	}
	t.Cleanup(func() { built.Close() })
	return built
}

func tryBuild(ctx context.Context, dir string) (*Built, error) {
	r, err := Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	head, err := r.Resolve(ctx, "HEAD")
	if err != nil {
		return nil, err
	}
	return (&Builder{Repo: r}).Build(ctx, head)
}

// lines returns what err shows below its message.
func lines(err error) string {
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		return ""
	}
	return strings.Join(p.Lines, "\n")
}

// wantProblem checks that err is for people: its kind, its words, its hint.
func wantProblem(t *testing.T, err error, kind problem.Kind, words, hint string) {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		t.Fatalf("error %v is no problem.Problem, want %q", err, words)
	}
	if p.Kind != kind || !strings.Contains(err.Error(), words) || !strings.Contains(p.Hint, hint) {
		t.Fatalf("problem of kind %d: %v, hint %q; want kind %d, %q, hint %q", p.Kind, err, p.Hint, kind, words, hint)
	}
}

// commitDirty commits what there is to commit.
func commitDirty(t *testing.T, r *Repo, message string) error {
	t.Helper()
	changes, err := r.Dirty(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r.CommitAll(t.Context(), changes, message)
}
