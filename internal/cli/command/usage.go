package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/kit/problem"
)

// UsageError returns the error for an invalid command line of c.
func UsageError(c *cobra.Command, format string, args ...any) error {
	return problem.New(problem.Usage, c.CommandPath()+" --help", "%s", fmt.Errorf(format, args...).Error())
}

// RequireCommand is the body of a command that only has others below it.
func (inv *Invocation) RequireCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return inv.UnknownCommand(c, args[0])
}

// RequireArgs returns a check that a command gets at least and at most so many
// arguments. Its errors name the argument that is missing or unexpected.
func RequireArgs(atLeast, atMost int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < atLeast:
			_, words, _ := strings.Cut(c.Use, " ")
			return UsageError(c, "%s is missing", strings.Fields(words)[len(args)])
		case len(args) > atMost:
			return UsageError(c, "unexpected argument %q", args[atMost])
		}
		return nil
	}
}
