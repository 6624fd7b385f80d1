package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/agent"
)

// newAgent is the background process of the local target, which starts it by
// itself.
func newAgent() *cobra.Command {
	return &cobra.Command{
		Use:    "agent --state DIR",
		Short:  "serve a state folder",
		Long:   "Serves a state folder until no app is left in it. It is started by the commands that need it.",
		Hidden: true,
		Args:   takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			state, err := c.Flags().GetString("state")
			if err != nil || state == "" {
				return usage(c, "--state is missing")
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it has nothing to say to a Ctrl-C
			return agent.Run(state)
		},
	}
}
