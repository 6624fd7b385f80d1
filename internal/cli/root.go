package cli

import (
	"github.com/spf13/cobra"

	"version-manager/internal/cli/aboutcmd"
	"version-manager/internal/cli/agentcmd"
	"version-manager/internal/cli/appcmd"
	"version-manager/internal/cli/clustercmd"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/installcmd"
	"version-manager/internal/cli/objectcmd"
	"version-manager/internal/cli/releasecmd"
	"version-manager/internal/cli/sidecarcmd"
	"version-manager/internal/cli/statecmd"
	"version-manager/internal/cli/targets"
)

// newRoot builds the tree of all commands. They store the flags that say which
// app is meant in flags.
func newRoot(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	root := &cobra.Command{
		Use:   command.ProgramName,
		Short: "ship versions of an app without losing a request, and prove it",
		Long: "Version-manager ships new versions of an app without losing a request, and proves it: every deploy ends " +
			"with a report of how it affected users.",
		Example: "  version-manager create v1.1.0 -m 'new colors'\n" +
			"  version-manager zero-downtime v1.1.0\n" +
			"  version-manager rollback",
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
		Args:                       cobra.ArbitraryArgs,
		ValidArgsFunction:          cobra.NoFileCompletions,
		RunE:                       runRoot,
	}
	inv.AddGlobalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return command.UsageError(c, "%w", err) })
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(inv, c) })
	root.SetHelpCommand(newHelpCommand(inv))
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(listGroups()...)
	root.AddCommand(releasecmd.NewCommands(inv, flags)...)
	root.AddCommand(appcmd.NewCommands(inv, flags)...)
	root.AddCommand(objectcmd.NewCommands(inv, flags)...)
	root.AddCommand(installcmd.NewCommands(inv, flags)...)
	root.AddCommand(aboutcmd.NewCommands(inv)...)
	root.AddCommand(
		clustercmd.NewCommand(inv), agentcmd.NewCommand(inv, &flags.Project), statecmd.NewCommand(inv, &flags.Project),
		sidecarcmd.NewCommand(inv), newExitCodes(),
	)
	command.CompleteChoices(root)
	return root
}

// runRoot is called without a command, or with one that does not exist.
func runRoot(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return command.UnknownCommand(c, args[0])
}

func listGroups() []*cobra.Group {
	return []*cobra.Group{
		{ID: "releases", Title: "Versions"},
		{ID: "deploys", Title: "Deploys"},
		{ID: "running", Title: "Operate"},
		{ID: "clusters", Title: "Clusters"},
		{ID: "other", Title: "Other"},
	}
}
