package release

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// noIdentity is a machine on which nobody told git who they are.
func noIdentity(t *testing.T) {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	for _, name := range []string{"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL", "HOME"} {
		t.Setenv(name, "")
	}
}

func TestCreateWithoutIdentity(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	releasetest.IsolateCache(t)
	noIdentity(t)
	before, err := os.ReadFile(dir + "/.git/config")
	if err != nil {
		t.Fatal(err)
	}
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	if n := strings.Count(strings.Join(c.Notes, "\n"), "git does not know your name"); n != 1 {
		t.Errorf("said %d times: %q", n, c.Notes)
	}
	want := regexp.MustCompile(`^[^<>@]+ <[\w.-]+@[\w.-]+>$`)
	for _, who := range []string{
		releasetest.RunGit(t, dir, "log", "-1", "--format=%an <%ae>"), releasetest.RunGit(t, dir, "log", "-1", "--format=%cn <%ce>"),
		releasetest.RunGit(t, dir, "for-each-ref", "--format=%(taggername) %(taggeremail)", "refs/tags/v1.0.0"),
	} {
		if !want.MatchString(who) || !strings.Contains(strings.Join(c.Notes, "\n"), who) {
			t.Errorf("signed by %q, notes %q", who, c.Notes)
		}
	}
	if after, _ := os.ReadFile(dir + "/.git/config"); string(after) != string(before) {
		t.Errorf("the configuration was changed to\n%s", after)
	}
}

func TestOwnIdentityIsKept(t *testing.T) {
	dir := releasetest.NewRepo(t, map[string]string{"go.mod": "x"})
	noIdentity(t)
	t.Setenv("GIT_AUTHOR_NAME", "Grace")
	releasetest.RunGit(t, dir, "config", "user.email", "grace@example.org")
	r := openRepo(t, dir)
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	if err := commitDirty(t, r, "x"); err != nil {
		t.Fatal(err)
	}
	if who := releasetest.RunGit(t, dir, "log", "-1", "--format=%an <%ae>"); who != "Grace <grace@example.org>" {
		t.Errorf("signed by %q", who)
	}
}

func TestUnusableIdentity(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	noIdentity(t)
	t.Setenv("GIT_AUTHOR_NAME", "<>")
	_, err := openRepo(t, dir).EnsureIdentity(t.Context())
	releasetest.WantProblem(t, err, problem.Failed, "does not accept the name", "unset GIT_AUTHOR_NAME")
}
