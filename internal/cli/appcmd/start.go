package appcmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

type startOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
}

func newStartCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "start",
		Short: "restart the versions that ran before a reboot",
		Long: "Starts the versions that ran on this machine before it was rebooted or their agent was stopped, and " +
			"returns when the active one is ready. If they are running already, it changes nothing. A cluster does " +
			"this by itself.",
		Example:           "  version-manager start",
		GroupID:           "running",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			return runStart(c.Context(), startOptions{inv, flags})
		},
	}
	flags.AddTo(c.Flags())
	return c
}

func runStart(ctx context.Context, o startOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.Change)
	if err != nil {
		return err
	}
	if _, ok := app.Target.(deploy.ClusterLocator); ok {
		return problem.New(problem.Usage, "version-manager status", "a cluster restarts its apps by itself; start is for this machine")
	}
	if err := app.WaitReady(ctx); err != nil {
		return err
	}
	return printStatusOf(ctx, o.inv, app)
}
