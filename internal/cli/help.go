package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/cli/command"
	"version-manager/internal/ui"
)

// printHelp prints the page of one command: what it does, how it is called,
// examples, then everything else.
func printHelp(inv *command.Invocation, c *cobra.Command) {
	width := inv.Streams.Out.TextWidth()
	var b strings.Builder
	b.WriteString(ui.WrapParagraphs(c.Long, width))
	if c.Runnable() {
		fmt.Fprintf(&b, "\nUsage:\n  %s\n", usageLine(c))
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	writeCommands(&b, c)
	writeFlags(&b, c, width)
	_, _ = io.WriteString(inv.Streams.Out, b.String())
}

// writeFlags lists the flags of a command: its own, then those that it shares
// with others. cobra merges inherited flags only when it parses a command line,
// so both sets are read, and the page is the same for "help X" and "X --help".
func writeFlags(b *strings.Builder, c *cobra.Command, width int) {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	all.AddFlagSet(c.LocalFlags())
	all.AddFlagSet(c.InheritedFlags())
	if !c.Runnable() {
		return
	}
	write := func(title string, flags *pflag.FlagSet) {
		if text := flags.FlagUsages(); text != "" {
			fmt.Fprintf(b, "\n%s:\n%s", title, ui.WrapParagraphs(text, width))
		}
	}
	write("Flags", command.FlagsOfGroup(all, ""))
	for _, group := range []command.FlagGroup{command.ProjectGroup, command.TargetGroup, command.GlobalGroup} {
		write(string(group), command.FlagsOfGroup(all, group))
	}
}

// usageLine is how a command is called. A parent is called with the name of one
// of its commands.
func usageLine(c *cobra.Command) string {
	if c.HasSubCommands() {
		return c.CommandPath() + " COMMAND"
	}
	return c.UseLine()
}

func writeCommands(b *strings.Builder, c *cobra.Command) {
	for _, g := range c.Groups() {
		fmt.Fprintf(b, "\n%s:\n", g.Title)
		for _, sub := range c.Commands() {
			if sub.GroupID == g.ID && (sub.IsAvailableCommand() || sub.Name() == "help") {
				fmt.Fprintf(b, "  %-16s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	for i, sub := range helpTopics(c) {
		if i == 0 {
			fmt.Fprint(b, "\nHelp topics:\n")
		}
		fmt.Fprintf(b, "  %-16s %s\n", sub.Name(), sub.Short)
	}
}

// helpTopics are the pages that only explain something.
func helpTopics(c *cobra.Command) (list []*cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.IsAdditionalHelpTopicCommand() {
			list = append(list, sub)
		}
	}
	return list
}

func newHelpCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND...]",
		Short:   "explain a command",
		Long:    "Explains a command, or a topic such as exit-codes.",
		Example: "  version-manager help deploy\n  version-manager help exit-codes",
		GroupID: "other",
		Args:    cobra.ArbitraryArgs,
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			parent, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			for _, sub := range parent.Commands() {
				if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
					names = append(names, sub.Name()+"\t"+sub.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if len(rest) > 0 || err != nil {
				return inv.UnknownCommand(found, cmp.Or(strings.Join(rest, " "), args[0]))
			}
			printHelp(inv, found)
			return nil
		},
	}
}
