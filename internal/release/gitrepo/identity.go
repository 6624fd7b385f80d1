package gitrepo

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"regexp"
	"strings"

	"version-manager/internal/kit/problem"
)

// setIdentity are the commands after which git knows who commits.
const setIdentity = "git config --global user.name 'Your Name' && git config --global user.email you@example.org"

// EnsureIdentity makes sure that commits and tags can carry a name. Where git knows
// none, they get one made of this user and machine, which the note says;
// nobody's configuration is changed.
func (r *Repo) EnsureIdentity(ctx context.Context) (note string, err error) {
	if r.git.knowsUser(ctx) {
		return "", nil
	}
	name, email := localIdentity()
	if os.Getenv("EMAIL") != "" { // which git knows to use
		email = os.Getenv("EMAIL")
	}
	r.git.settings = append(r.git.settings, r.git.missingSettings(ctx, setting{"user.name", name}, setting{"user.email", email})...)
	if !r.git.knowsUser(ctx) { // such as an empty GIT_AUTHOR_NAME
		return "", problem.New(problem.Failed, "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL && "+setIdentity,
			"git does not accept the name or email address that it is told to put on commits")
	}
	ident, err := r.git.runGit(ctx, "var", "GIT_COMMITTER_IDENT")
	who, _, _ := strings.Cut(ident, "> ") // the time follows
	return fmt.Sprintf("git does not know your name, so the author is %s>; to change that: %s", who, setIdentity), err
}

// missingSettings returns those of the settings that have no value yet.
func (g git) missingSettings(ctx context.Context, settings ...setting) []setting {
	var out []setting
	for _, s := range settings {
		if value, err := g.runGit(ctx, "config", "--get", s.key); err != nil || value == "" {
			out = append(out, s)
		}
	}
	return out
}

func (g git) knowsUser(ctx context.Context) bool {
	for _, who := range []string{"GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"} {
		if _, err := g.runGit(ctx, "var", who); err != nil {
			return false
		}
	}
	return true
}

// unusual are the characters that an email address of ours must not contain.
var unusual = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// localIdentity is who runs this, as far as the machine knows.
func localIdentity() (name, email string) {
	name = fmt.Sprintf("user-%d", os.Getuid())
	if u, err := user.Current(); err == nil && unusual.ReplaceAllString(u.Username, "") != "" {
		name = u.Username
	}
	host, err := os.Hostname()
	if host = unusual.ReplaceAllString(host, ""); err != nil || host == "" {
		host = "localhost"
	}
	return name, unusual.ReplaceAllString(name, "") + "@" + host
}

// firstCommit is the hint for a folder that has no commit; before are the
// commands that must come first.
func (g git) firstCommit(ctx context.Context, before string) string {
	hint := before + "git add -A && git commit -m 'first version'"
	if g.knowsUser(ctx) {
		return hint
	}
	return setIdentity + " && " + hint
}
