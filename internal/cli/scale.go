package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
)

type scaleOptions struct {
	*app
	n int
}

func newScale(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "scale N",
		Short: "run N instances of the active version",
		Long: "Scales the active version to N instances and returns when all of them are ready. N must be within the " +
			"bounds of autoscale in the version's configuration.",
		Example:           "  version-manager scale 4",
		GroupID:           "running",
		Args:              takes(1, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			n, err := strconv.Atoi(args[0])
			if err != nil {
				return usage(c, "%q is not a number of instances", args[0])
			}
			return runScale(c.Context(), scaleOptions{app: a, n: n})
		},
	}
}

func runScale(ctx context.Context, o scaleOptions) error {
	p, t, runs, err := o.openPast(ctx)
	if err != nil {
		return err
	}
	now, err := observe(ctx, t)
	if err != nil {
		return err
	}
	active, ok := now.Colors[now.Active]
	if !ok {
		return notDeployed(p)
	}
	rel, err := p.deployed(string(active.Version), runs)
	if err != nil {
		return err
	}
	if err := o.allow(p, t); err != nil {
		return err
	}
	if err := o.shown(t, func(e *deploy.Engine) error { return e.Scale(ctx, rel, o.n) }); err != nil {
		return err
	}
	o.note("scaled %s from %d to %d", active.Version, active.Want, o.n)
	return statusOptions{app: o.app}.once(ctx, p, t)
}
