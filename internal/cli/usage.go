package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/kit/problem"
)

// usage is the error for a call whose words are wrong.
func usage(c *cobra.Command, format string, args ...any) error {
	return problem.New(problem.Usage, c.CommandPath()+" --help", "%s", fmt.Errorf(format, args...).Error())
}

// unknownCommand names the nearest commands below parent.
func unknownCommand(parent *cobra.Command, name string) error {
	path, near := parent.CommandPath(), parent.SuggestionsFor(name)
	hint := path + " --help"
	if len(near) > 0 {
		hint = path + " " + strings.Join(near, "    or: "+path+" ")
	}
	return problem.New(problem.Usage, hint, "there is no command %q", name)
}

// takes checks the number of arguments and says which one is missing or too
// many.
func takes(atLeast, atMost int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < atLeast:
			_, words, _ := strings.Cut(c.Use, " ")
			return usage(c, "%s is missing", strings.Fields(words)[len(args)])
		case len(args) > atMost:
			return usage(c, "%q is one argument too many", args[atMost])
		}
		return nil
	}
}
