package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/ui"
)

// maxHelpWidth is as long as a line of prose can get and still be easy to read.
const maxHelpWidth = 100

// help prints the page of one command: what it does, how it is called,
// examples, then everything else.
func (a *app) help(c *cobra.Command, _ []string) {
	width, _ := a.io.Out.Size()
	width = min(width, maxHelpWidth)
	var b strings.Builder
	b.WriteString(ui.Paragraphs(c.Long, width))
	if c.Runnable() {
		fmt.Fprintf(&b, "\nUsage:\n  %s\n", useLine(c))
	}
	if c.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	listCommands(&b, c)
	if flags := c.LocalNonPersistentFlags().FlagUsages(); flags != "" {
		fmt.Fprintf(&b, "\nFlags:\n%s", ui.Paragraphs(flags, width))
	}
	if flags := everywhere(c).FlagUsages(); c.Runnable() {
		fmt.Fprintf(&b, "\nFlags of every command:\n%s", ui.Paragraphs(flags, width))
	}
	_, _ = io.WriteString(a.io.Out, b.String())
}

// everywhere are the flags of every command, without those that this command
// gives a meaning of its own.
func everywhere(c *cobra.Command) *pflag.FlagSet {
	if !c.HasParent() {
		return c.PersistentFlags()
	}
	return c.InheritedFlags()
}

func useLine(c *cobra.Command) string {
	if c.HasSubCommands() {
		return c.CommandPath() + " COMMAND"
	}
	return c.UseLine()
}

func listCommands(b *strings.Builder, c *cobra.Command) {
	for _, g := range c.Groups() {
		fmt.Fprintf(b, "\n%s:\n", g.Title)
		for _, sub := range c.Commands() {
			if sub.GroupID == g.ID && (sub.IsAvailableCommand() || sub.Name() == "help") {
				fmt.Fprintf(b, "  %-16s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	for i, sub := range topics(c) {
		if i == 0 {
			fmt.Fprint(b, "\nTopics:\n")
		}
		fmt.Fprintf(b, "  %-16s %s\n", sub.Name(), sub.Short)
	}
}

// topics are the pages that only explain something.
func topics(c *cobra.Command) (list []*cobra.Command) {
	for _, sub := range c.Commands() {
		if sub.IsAdditionalHelpTopicCommand() {
			list = append(list, sub)
		}
	}
	return list
}

func newHelp(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND...]",
		Short:   "explain a command",
		Long:    "Explains a command, or a topic such as exit-codes.",
		Example: "  version-manager help deploy\n  version-manager help exit-codes",
		GroupID: "other",
		Args:    takes(0, 2),
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, sub := range c.Root().Commands() {
				if len(args) == 0 && (sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand()) {
					names = append(names, sub.Name()+"\t"+sub.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			found, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(c.Root(), args[0])
			}
			a.help(found, nil)
			return nil
		},
	}
}
