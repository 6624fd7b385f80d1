package releasetest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// HelloModule is a complete app: small, without dependencies, quick to build.
func HelloModule() map[string]string {
	return map[string]string{
		"go.mod":               "module example.org/hello\n\ngo 1.26\n",
		"main.go":              "package main\n\nfunc main() { println(\"hello\") }\n",
		"version-manager.yaml": "name: hello\nbuild: {package: .}\n",
	}
}

// NewRepo makes a repository with one commit of the given files. The user's
// own git configuration has no say in it.
func NewRepo(t *testing.T, files map[string]string) string {
	t.Helper()
	IsolateGit(t)
	dir := filepath.Join(t.TempDir(), "a repö with spaces")
	MakeDir(t, dir)
	RunGit(t, dir, "init", "-q", "-b", "main")
	WriteFiles(t, dir, files)
	CommitAll(t, dir, "first")
	return dir
}

func IsolateGit(t *testing.T) {
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

// IsolateCache gives the test a cache folder of its own and returns where
// builds happen in it. What Go itself keeps stays where it is.
func IsolateCache(t *testing.T) string {
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

func CommitAll(t *testing.T, dir, message string) {
	t.Helper()
	RunGit(t, dir, "add", "-A")
	RunGit(t, dir, "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "commit", "-q", "-m", message)
}

func RunGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func WriteFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		MakeDir(t, filepath.Dir(path))
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func MakeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// ErrorLines returns what err shows below its message.
func ErrorLines(err error) string {
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		return ""
	}
	return strings.Join(p.Lines, "\n")
}

// WantProblem checks that err is for people: its kind, its words, its hint.
func WantProblem(t *testing.T, err error, kind problem.Kind, words, hint string) {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		t.Fatalf("error %v is no problem.Problem, want %q", err, words)
	}
	if p.Kind != kind || !strings.Contains(err.Error(), words) || !strings.Contains(p.Hint, hint) {
		t.Fatalf("problem of kind %d: %v, hint %q; want kind %d, %q, hint %q", p.Kind, err, p.Hint, kind, words, hint)
	}
}
