package cli

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/cli/targets"
	"version-manager/internal/ui"
)

// testRoot is the tree of commands for tests.
func testRoot() *cobra.Command {
	inv, _, _ := commandtest.NewInvocation()
	return newRoot(inv, new(targets.Flags))
}

// listCommands walks the tree without hidden commands.
func listCommands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			list = append(list, listCommands(sub)...)
		}
	}
	return list
}

// commandWords are the words that call c, without the program's name.
func commandWords(c *cobra.Command) []string { return strings.Fields(c.CommandPath())[1:] }

// TestEveryCommandIsDescribed lints what the help prints.
func TestEveryCommandIsDescribed(t *testing.T) {
	for _, c := range listCommands(testRoot()) {
		name := c.CommandPath()
		if c.Short == "" || !unicode.IsLower(rune(c.Short[0])) || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short %q: want lower case and no full stop", name, c.Short)
		}
		if c.Long == "" || !unicode.IsUpper(rune(c.Long[0])) {
			t.Errorf("%s: Long %q: want whole sentences", name, c.Long)
		}
		if n := len("  install-ingress  " + c.Short); c.HasParent() && n > 80 {
			t.Errorf("%s: with Short, the line in the list of commands has %d columns", name, n)
		}
		if !c.Runnable() {
			continue // a page of help
		}
		if !strings.HasSuffix(c.Long, ".") {
			t.Errorf("%s: Long does not end with a full stop", name)
		}
		if c.HasParent() && c.GroupID == "" {
			t.Errorf("%s belongs to no group and is not listed", name)
		}
		if c.Args == nil {
			t.Errorf("%s takes any arguments without saying so", name)
		}
		lintFlags(t, c)
		lintExamples(t, c)
	}
}

func lintFlags(t *testing.T, c *cobra.Command) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" || !unicode.IsLower(rune(f.Usage[0])) || strings.HasSuffix(f.Usage, ".") {
			t.Errorf("%s --%s: usage %q: want lower case and no full stop", c.CommandPath(), f.Name, f.Usage)
		}
	})
}

// lintExamples checks that what people copy is understood: the command, its
// flags and the number of its arguments.
func lintExamples(t *testing.T, c *cobra.Command) {
	if c.Example == "" {
		t.Errorf("%s has no example", c.CommandPath())
	}
	for line := range strings.SplitSeq(c.Example, "\n") {
		rest, ok := strings.CutPrefix(line, "  version-manager ")
		if !ok {
			t.Errorf("%s: the example %q does not begin with version-manager", c.CommandPath(), line)
			continue
		}
		rest, _, _ = strings.Cut(rest, " > ")
		found, args, err := testRoot().Find(splitWords(rest))
		if err == nil && !found.HasParent() {
			t.Errorf("%s: %q names no command", c.CommandPath(), line)
			continue
		}
		if err == nil {
			err = found.ParseFlags(args)
		}
		if err == nil {
			err = found.ValidateArgs(found.Flags().Args())
		}
		if err != nil {
			t.Errorf("%s: the example %q is not understood: %v", c.CommandPath(), line, err)
		}
		if c.HasParent() && found != nil && !strings.HasPrefix(found.CommandPath()+" ", c.CommandPath()+" ") {
			t.Errorf("%s: the example %q is about %s", c.CommandPath(), line, found.Name())
		}
	}
}

// splitWords splits a line as a shell does that knows only single quotes.
func splitWords(line string) []string {
	var list []string
	for _, w := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		list = append(list, strings.Trim(w, "'"))
	}
	return list
}

// TestHelpOpensNothing: --help is answered before anything else, even where
// there is no app and the rest of the command line is invalid.
func TestHelpOpensNothing(t *testing.T) {
	for _, c := range listCommands(testRoot()) {
		if !c.Runnable() || !c.HasParent() {
			continue
		}
		code, out, err := execute(t, append(commandWords(c), "one", "two", "three", "--help")...)
		if code != 0 || !strings.HasPrefix(out, ui.WrapParagraphs(c.Long, 80)) || err != "" {
			t.Errorf("%s --help: exit code %d\n%s%s", c.CommandPath(), code, out, err)
		}
	}
}
