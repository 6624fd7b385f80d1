// Package hosttool runs the programs of this machine, such as ip, nft, and
// mount. Start with [RunCommand].
package hosttool

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"version-manager/internal/kit/command"
)

const (
	// OutputWait is how long a child of a killed program may keep its output
	// open.
	OutputWait = 5 * time.Second

	defaultTimeout = 5 * time.Minute // for one program
)

// RunCommand runs a program and returns its standard output. The error
// contains the program's error output.
func RunCommand(ctx context.Context, argv ...string) (string, error) {
	return RunWithInput(ctx, "", argv...)
}

// RunWithInput is RunCommand with text for the program's standard input.
func RunWithInput(ctx context.Context, input string, argv ...string) (string, error) {
	ctx, cancel := command.Within(ctx, defaultTimeout, "version-manager cluster status", strings.Join(argv, " "))
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = OutputWait
	cmd.Stdin = strings.NewReader(input)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx) // rather than the signal that killed the program
		}
		return "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// RunAll runs several programs in turn, up to the first that fails.
func RunAll(ctx context.Context, commands ...[]string) error {
	for _, argv := range commands {
		if _, err := RunCommand(ctx, argv...); err != nil {
			return err
		}
	}
	return nil
}
