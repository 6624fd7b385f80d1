package command

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/text"
)

// maxTypos is how many letters a word may differ from a name that is suggested
// for it.
const maxTypos = 2

// UnknownCommand returns the error for a command name that does not exist
// below parent. Its hint repeats the command line with the nearest names, one a
// line.
func (inv *Invocation) UnknownCommand(parent *cobra.Command, name string) error {
	parent.SuggestionsMinimumDistance = maxTypos
	var lines []string
	for _, near := range parent.SuggestionsFor(name) {
		lines = append(lines, inv.replaceWord(name, near))
	}
	hint := cmp.Or(strings.Join(lines, "\n"), parent.CommandPath()+" --help")
	return problem.New(problem.Usage, hint, "unknown command %q for %q", name, parent.CommandPath())
}

// FlagError returns the error for a flag that cannot be parsed. The hint for an
// unknown flag repeats the command line with the nearest flag of c.
func (inv *Invocation) FlagError(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return UsageError(c, "%w", err)
	}
	typed := "--" + unknown.GetSpecifiedName()
	near := nearestFlag(c, unknown.GetSpecifiedName())
	if near == "" || !slices.ContainsFunc(inv.Args, func(w string) bool { return w == typed || strings.HasPrefix(w, typed+"=") }) {
		return UsageError(c, "%w", err)
	}
	return problem.New(problem.Usage, inv.replaceWord(typed, "--"+near), "%s", err.Error())
}

// replaceWord returns the command line of this invocation with another word in
// place of one, or in place of its part before "=".
func (inv *Invocation) replaceWord(word, other string) string {
	copied := *inv
	copied.Args = slices.Clone(inv.Args)
	for i, w := range copied.Args {
		name, value, has := strings.Cut(w, "=")
		if name != word {
			continue
		}
		if copied.Args[i] = other; has {
			copied.Args[i] += "=" + value
		}
		break
	}
	return copied.RepeatLine()
}

// nearestFlag returns the visible flag of c whose name is nearest to name,
// empty if none is near.
func nearestFlag(c *cobra.Command, name string) (near string) {
	best := maxTypos + 1
	compare := func(f *pflag.Flag) {
		if d := text.EditDistance(name, f.Name); !f.Hidden && (d < best || near == "" && len(name) > maxTypos && strings.HasPrefix(f.Name, name)) {
			best, near = d, f.Name
		}
	}
	c.LocalFlags().VisitAll(compare)
	c.InheritedFlags().VisitAll(compare)
	return near
}
