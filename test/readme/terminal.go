package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// terminal is a tmux session that runs a shell.
type terminal struct{ socket string }

const (
	sessionName  = "readme"
	promptSuffix = "READY>"        // after the exit code of the previous command
	commandLimit = 2 * time.Minute // for one command
)

func openTerminal(ctx context.Context, dir string) (*terminal, error) {
	t := &terminal{socket: dir + ".tmux"}
	shell := "env -u TMUX -u MAKEFLAGS -u MAKELEVEL PS1='$?" + promptSuffix + "' PATH=" + dir + "/bin:$PATH XDG_STATE_HOME=" + stateHome(dir) + " LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null " +
		"GIT_AUTHOR_NAME=you GIT_AUTHOR_EMAIL=you@localhost GIT_COMMITTER_NAME=you GIT_COMMITTER_EMAIL=you@localhost bash --norc --noprofile"
	if _, err := t.runTmux(ctx, "new-session", "-d", "-s", sessionName, "-x", "110", "-y", "60", "-c", dir, shell); err != nil {
		return nil, fmt.Errorf("open a terminal (is tmux installed?): %w", err)
	}
	return t, t.awaitPrompts(ctx, 1)
}

// stateHome is where the recorded commands keep their state, as in a home folder.
func stateHome(clone string) string { return filepath.Join(filepath.Dir(clone), ".local", "state") }

// runCommand types a command and returns the screen when it has finished.
func (t *terminal) runCommand(ctx context.Context, command string) (string, error) {
	if _, err := t.runTmux(ctx, "send-keys", "-t", sessionName, "clear", "Enter"); err != nil {
		return "", err
	}
	if err := t.awaitPrompts(ctx, 1); err != nil {
		return "", err
	}
	if _, err := t.runTmux(ctx, "clear-history", "-t", sessionName); err != nil {
		return "", err
	}
	if _, err := t.runTmux(ctx, "send-keys", "-t", sessionName, command, "Enter"); err != nil {
		return "", err
	}
	if err := t.awaitPrompts(ctx, 2); err != nil {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	screen, err := t.readScreen(ctx)
	if err != nil {
		return "", err
	}
	_, shown, _ := strings.Cut(screen, "\n") // the typed line
	shown, ok := strings.CutSuffix(strings.TrimSpace(shown), "0"+promptSuffix)
	if !ok {
		return "", fmt.Errorf("%s failed:\n%s", command, shown)
	}
	return strings.TrimRight(shown, "\n ") + "\n", nil
}

// awaitPrompts returns when the screen shows n prompts, the last one waiting.
func (t *terminal) awaitPrompts(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, commandLimit)
	defer cancel()
	for {
		screen, err := t.readScreen(ctx)
		if err != nil {
			return err
		}
		if strings.Count(screen, promptSuffix) == n && strings.HasSuffix(strings.TrimSpace(screen), promptSuffix) {
			return nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("no prompt within %s:\n%s", commandLimit, screen)
		}
	}
}

func (t *terminal) readScreen(ctx context.Context) (string, error) {
	return t.runTmux(ctx, "capture-pane", "-p", "-S", "-", "-t", sessionName)
}

func (t *terminal) runTmux(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "tmux", append([]string{"-S", t.socket}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

func (t *terminal) stopSession() { t.runTmux(context.Background(), "kill-server") }
