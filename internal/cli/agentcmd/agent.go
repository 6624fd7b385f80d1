// Package agentcmd has the commands about the agent, the background process of
// this machine: agent install, remove and status.
package agentcmd

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/agent"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
)

// NewCommand returns the parent of all commands of this package. With --state
// it is the agent itself: commands that need one start it in this way, and so
// does the service of agent install.
func NewCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	var stay bool
	c := &cobra.Command{
		Use:   "agent",
		Short: "manage whether the app starts when this machine boots",
		Long: "The agent is the background process that runs the app on this machine. Commands start it when they need " +
			"it, but after a reboot nothing does unless it is installed as a service. That is a systemd unit or a " +
			"launchd property list, for your user or, as root, for the whole system.",
		Example:           "  version-manager agent install\n  version-manager agent status",
		GroupID:           "running",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return inv.UnknownCommand(c, args[0])
			case !c.Flags().Changed("state"):
				return c.Help()
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // a background process ignores the terminal's Ctrl-C
			if stay {
				return agent.RunService(flags.State)
			}
			return agent.RunAgent(flags.State)
		},
	}
	flags.AddTo(c.PersistentFlags())
	c.Flags().BoolVar(&stay, "stay", false, "wait until no other agent serves the state folder, and keep running without work")
	_ = c.Flags().MarkHidden("stay") // fails only if the flag does not exist
	c.AddGroup(&cobra.Group{ID: "service", Title: "Service"})
	c.AddCommand(newInstallCommand(inv, flags), newRemoveCommand(inv, flags), newStatusCommand(inv, flags))
	return c
}
