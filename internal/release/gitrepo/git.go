package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"version-manager/internal/kit/command"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
)

// Limits of single git commands. Those that write or look at every file may
// run a filter such as Git LFS over all of them.
const (
	gitTimeout     = 2 * time.Minute
	gitSlowTimeout = 15 * time.Minute
)

// git runs the git program in one folder. It never asks anything, opens no
// connection, runs no hook, signs nothing and starts no shell, whatever the
// configuration says; see gitSettings and gitEnviron.
type git struct {
	dir      string
	gitDir   string    // of the repository, if git must not search for it
	settings []setting // for this repository, on top of gitSettings
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

// exitedWith returns nil if git ended with this code, which then is an answer.
func exitedWith(err error, code int) error {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == code {
		return nil
	}
	return err
}

// runGit returns what git printed, without the last line break.
func (g git) runGit(ctx context.Context, args ...string) (string, error) {
	return g.runWithInput(ctx, "", args...)
}

// errOutputTooLarge says that git printed more than its caller accepts.
var errOutputTooLarge = errors.New("too large")

// maxOutputBytes bounds what git may print: a list of all files, at most.
const maxOutputBytes = 256 << 20

// runWithInput is run with something on standard input.
func (g git) runWithInput(ctx context.Context, stdin string, args ...string) (string, error) {
	out := boundedBuffer{left: maxOutputBytes}
	err := out.explainLimit(g.runStreams(ctx, strings.NewReader(stdin), &out, args...))
	return strings.TrimSuffix(out.text.String(), "\n"), err
}

// boundedBuffer is a buffer that fails when it is full, and with it the program that
// writes to it.
type boundedBuffer struct {
	text bytes.Buffer // not embedded: io.Copy would find its ReadFrom
	left int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, b.explainLimit(nil)
	}
	return b.text.Write(p)
}

// explainLimit is why the program failed: what it printed, if that was too much.
func (b *boundedBuffer) explainLimit(err error) error {
	if b.left < 0 {
		return fmt.Errorf("git has printed too much: %w", errOutputTooLarge)
	}
	return err
}

// readFile returns a file of a commit. Where it is a symbolic link within the
// commit, it is what that points to.
func (g git) readFile(ctx context.Context, commit, name string, most int) (string, error) {
	out := boundedBuffer{left: most + 200} // and what is said of the file
	err := out.explainLimit(g.runStreams(ctx, strings.NewReader(commit+":"+name), &out, "cat-file", "--batch", "--follow-symlinks"))
	head, content, _ := strings.Cut(strings.TrimSuffix(out.text.String(), "\n"), "\n")
	switch f := strings.Fields(head); {
	case err != nil:
		return "", err
	case len(f) != 3 || f[1] != "blob":
		return "", errMissing
	}
	return content, nil
}

func (g git) runStreams(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	limit := gitTimeout
	if args[0] == "add" || args[0] == "commit" || args[0] == "status" || args[0] == "hash-object" {
		limit = gitSlowTimeout
	}
	ctx, cancel := command.Within(ctx, limit, "git -C "+shell.QuoteWord(g.dir)+" status", "git "+args[0])
	defer cancel()
	var stderr bytes.Buffer
	cmd := g.newCommand(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &stderr
	err := command.Err(ctx, cmd.Run())
	return g.explainFailure(args, stderr.String(), err)
}

// newCommand is git with its arguments, ready to start.
func (g git) newCommand(ctx context.Context, args ...string) *exec.Cmd {
	full := []string{"-C", g.dir}
	if g.gitDir != "" { // whose configuration may name a work tree that is gone
		full = append(full, "--git-dir="+g.gitDir, "--work-tree=.")
	}
	for _, s := range gitSettings {
		full = append(full, "-c", s)
	}
	cmd := exec.CommandContext(ctx, "git", append(full, args...)...)
	cmd.Env = append(gitEnviron(), settingsEnv(g.settings)...)
	command.Isolate(cmd)
	return cmd
}

// explainFailure makes a problem of what git said where there is advice to give.
func (g git) explainFailure(args []string, stderr string, err error) error {
	if err == nil {
		return nil
	}
	if p, timeout := err.(*problem.Problem); timeout {
		return p
	}
	if lock := lockExists.FindStringSubmatch(stderr); lock != nil {
		return lockedError(lock[1])
	}
	return &gitError{args, stderr, err}
}

// lockExists matches what git says when it finds a lock.
var lockExists = regexp.MustCompile(`Unable to create '(.+)': File exists`)

func lockedError(file string) error {
	return problem.New(problem.Failed, "rm "+shell.QuoteWord(file),
		"another git command is running in this repository, or was killed there: %s exists", file)
}
