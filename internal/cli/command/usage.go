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

// UnknownCommand returns the error for a command name that does not exist
// below parent. Its hint names the nearest commands.
func UnknownCommand(parent *cobra.Command, name string) error {
	path, near := parent.CommandPath(), parent.SuggestionsFor(name)
	hint := path + " --help"
	if len(near) > 0 {
		hint = path + " " + strings.Join(near, "    or: "+path+" ")
	}
	return problem.New(problem.Usage, hint, "there is no command %q", name)
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
