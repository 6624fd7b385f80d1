package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// git runs the git program in one folder. It never asks anything, runs no
// hook, signs nothing and starts no shell, whatever the user's configuration
// says; only that configuration's identity and file filters matter.
type git struct{ dir string }

// gitSettings override the user's where those could block or change results.
var gitSettings = [...]string{
	"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.quotePath=false", "core.attributesFile=/dev/null",
	"core.pager=cat", "commit.gpgSign=false", "tag.gpgSign=false", "tag.forceSignAnnotated=false",
	"log.showSignature=false", "gc.auto=0", "maintenance.auto=false", "user.useConfigOnly=true",
	"core.safecrlf=false", "advice.detachedHead=false", "status.showUntrackedFiles=all", "color.ui=false",
}

// gitEnv are the variables that git gets from ours. Those that point it at
// another repository, as hooks have them set, are not among them.
var gitEnv = [...]string{
	"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "EMAIL", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM",
	"GIT_CONFIG_NOSYSTEM", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL",
	"GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "GIT_CEILING_DIRECTORIES", "SSH_AUTH_SOCK",
}

// gitError is what git said when it failed.
type gitError struct {
	args   []string
	stderr string
	err    error
}

func (e *gitError) Error() string {
	said, _, _ := strings.Cut(strings.TrimSpace(e.stderr), "\n")
	if said == "" {
		said = e.err.Error()
	}
	return fmt.Sprintf("git %s: %s", e.args[0], strings.TrimPrefix(said, "fatal: "))
}

func (e *gitError) Unwrap() error { return e.err }

// run returns what git printed, without the last line break.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	return g.feed(ctx, "", args...)
}

// feed is run with something on standard input.
func (g git) feed(ctx context.Context, stdin string, args ...string) (string, error) {
	var out bytes.Buffer
	err := g.stream(ctx, strings.NewReader(stdin), &out, args...)
	return strings.TrimSuffix(out.String(), "\n"), err
}

func (g git) stream(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	full := []string{"-C", g.dir}
	for _, s := range gitSettings {
		full = append(full, "-c", s)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", append(full, args...)...)
	cmd.Env = append(pick(gitEnv[:]), "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=false", "SSH_ASKPASS=false",
		"GIT_SSH_COMMAND=ssh -o BatchMode=yes",
		"GIT_EDITOR=false", "GIT_PAGER=cat", "GIT_NO_REPLACE_OBJECTS=1", "GIT_OPTIONAL_LOCKS=0")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &stderr
	ownGroup(cmd)
	if err := cmd.Run(); err != nil {
		return &gitError{args, stderr.String(), errors.Join(err, ctx.Err())}
	}
	return nil
}

// ownGroup makes the end of cmd's context the end of its children as well.
// Ctrl-C on the terminal reaches only us, who then end the context.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
}

// pick returns the named variables of our environment, as NAME=value.
func pick(names []string) []string {
	var env []string
	for _, name := range names {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}
