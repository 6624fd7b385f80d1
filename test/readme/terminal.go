package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// terminal is a tmux session with a shell in it.
type terminal struct{ socket string }

const (
	session = "readme"
	prompt  = "READY>"        // after the exit code of the command before
	limit   = 2 * time.Minute // for one command
)

func openTerminal(ctx context.Context, dir string) (*terminal, error) {
	t := &terminal{socket: dir + ".tmux"}
	shell := "env -u TMUX -u MAKEFLAGS -u MAKELEVEL PS1='$?" + prompt + "' PATH=" + dir + "/bin:$PATH XDG_STATE_HOME=" + states(dir) + " LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null " +
		"GIT_AUTHOR_NAME=you GIT_AUTHOR_EMAIL=you@localhost GIT_COMMITTER_NAME=you GIT_COMMITTER_EMAIL=you@localhost bash --norc --noprofile"
	if _, err := t.tmux(ctx, "new-session", "-d", "-s", session, "-x", "110", "-y", "60", "-c", dir, shell); err != nil {
		return nil, fmt.Errorf("open a terminal (is tmux installed?): %w", err)
	}
	return t, t.await(ctx, 1)
}

// states is where the recorded commands keep their state: as at home, in a home
// of their own.
func states(clone string) string { return filepath.Join(filepath.Dir(clone), ".local", "state") }

// run types a command and returns what stands on the screen when it is done.
func (t *terminal) run(ctx context.Context, command string) (string, error) {
	if _, err := t.tmux(ctx, "send-keys", "-t", session, "clear", "Enter"); err != nil {
		return "", err
	}
	if err := t.await(ctx, 1); err != nil {
		return "", err
	}
	if _, err := t.tmux(ctx, "clear-history", "-t", session); err != nil {
		return "", err
	}
	if _, err := t.tmux(ctx, "send-keys", "-t", session, command, "Enter"); err != nil {
		return "", err
	}
	if err := t.await(ctx, 2); err != nil {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	screen, err := t.screen(ctx)
	if err != nil {
		return "", err
	}
	_, shown, _ := strings.Cut(screen, "\n") // the typed line
	shown, ok := strings.CutSuffix(strings.TrimSpace(shown), "0"+prompt)
	if !ok {
		return "", fmt.Errorf("%s failed:\n%s", command, shown)
	}
	return strings.TrimRight(shown, "\n ") + "\n", nil
}

// await returns when the screen shows n prompts, the last one waiting.
func (t *terminal) await(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		screen, err := t.screen(ctx)
		if err != nil {
			return err
		}
		if strings.Count(screen, prompt) == n && strings.HasSuffix(strings.TrimSpace(screen), prompt) {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("no prompt within %s:\n%s", limit, screen)
		}
	}
}

func (t *terminal) screen(ctx context.Context) (string, error) {
	return t.tmux(ctx, "capture-pane", "-p", "-S", "-", "-t", session)
}

func (t *terminal) tmux(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "tmux", append([]string{"-S", t.socket}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

func (t *terminal) close() { t.tmux(context.Background(), "kill-server") }
