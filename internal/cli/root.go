package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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

		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              inv.RequireCommand,
	}
	inv.AddGlobalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(inv.FlagError)
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
	root.SetGlobalNormalizationFunc(renameOldFlags)
	command.CompleteChoices(root)
	return root
}

// renameOldFlags accepts the names that flags had in earlier versions.
func renameOldFlags(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "config" {
		name = "project"
	}
	return pflag.NormalizedName(name)
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
