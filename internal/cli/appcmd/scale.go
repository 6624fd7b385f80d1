package appcmd

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
)

type scaleOptions struct {
	inv       *command.Invocation
	flags     *targets.Flags
	instances int
}

func newScaleCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "scale N",
		Short: "run N instances of the active version",
		Long: "Scales the active version to N instances and returns when all of them are ready. N must be within the " +
			"bounds of autoscale in the version's configuration.",
		Example:           "  version-manager scale 4",
		GroupID:           "running",
		Args:              command.RequireArgs(1, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[0])
			if err != nil {
				return command.UsageError(c, "%q is not a number of instances", args[0])
			}
			return runScale(c.Context(), scaleOptions{inv: inv, flags: flags, instances: n})
		},
	}
	flags.AddTo(c.Flags())
	return c
}

func runScale(ctx context.Context, o scaleOptions) error {
	app, runs, err := openNewestFirst(ctx, o.inv, *o.flags)
	if err != nil {
		return err
	}
	now, err := app.Observe(ctx)
	if err != nil {
		return err
	}
	active, ok := now.Colors[now.Active]
	if !ok {
		return app.NotDeployed()
	}
	rel, err := findDeployed(app.Project, string(active.Version), runs)
	if err != nil {
		return err
	}
	if err := app.ConfirmTarget(o.inv, *o.flags); err != nil {
		return err
	}
	r := runner{o.inv, o.flags, app}
	if err := r.runShown(func(e *deploy.Engine) error { return e.Scale(ctx, rel, o.instances) }); err != nil {
		return err
	}
	o.inv.PrintNote("scaled %s from %d to %d", active.Version, active.Want, o.instances)
	return printStatusOf(ctx, o.inv, app)
}
