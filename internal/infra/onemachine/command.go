package onemachine

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	limit "version-manager/internal/kit/command"
)

const (
	toolLimit = 5 * time.Minute // for one call of a tool of this machine
	toolDelay = 5 * time.Second // in which a child of a killed one has to let go of its output
)

// command runs a tool of the machine and returns what it prints. What it
// complains about becomes part of the error.
func command(ctx context.Context, argv ...string) (string, error) {
	return commandWith(ctx, "", argv...)
}

func commandWith(ctx context.Context, input string, argv ...string) (string, error) {
	ctx, cancel := limit.Within(ctx, toolLimit, "version-manager cluster status", strings.Join(argv, " "))
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = toolDelay
	cmd.Stdin = strings.NewReader(input)
	var out, complaint strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx) // and not the kill that it led to
		}
		return "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}

// all runs several, one after the other.
func all(ctx context.Context, commands ...[]string) error {
	for _, argv := range commands {
		if _, err := command(ctx, argv...); err != nil {
			return err
		}
	}
	return nil
}
