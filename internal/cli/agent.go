package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/agent"
)

// newAgent is the parent of the commands about the agent, the background
// process of this machine. It also is that process, which the commands that
// need one start by themselves.
func newAgent(a *app) *cobra.Command {
	var stay bool
	c := &cobra.Command{
		Use:   "agent",
		Short: "start the app when this machine boots, or stop doing so",
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
				return unknownCommand(c, args[0])
			case !c.Flags().Changed("state"):
				return c.Help()
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it has nothing to say to a Ctrl-C
			if stay {
				return agent.RunService(a.global.state)
			}
			return agent.RunAgent(a.global.state)
		},
	}
	c.Flags().BoolVar(&stay, "stay", false, "wait for its turn, and stay without work")
	_ = c.Flags().MarkHidden("stay") // it is there
	c.AddGroup(&cobra.Group{ID: "service", Title: "Service"})
	c.AddCommand(newAgentInstall(a), newAgentRemove(a), newAgentStatus(a))
	return c
}
