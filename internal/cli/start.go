package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// startLimit is how long start waits for the instances to be ready.
const startLimit = time.Minute

type startOptions struct{ *app }

func newStart(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: "start again what ran before a reboot",
		Long: "Starts the versions that ran on this machine before it was rebooted or their agent was stopped, and " +
			"returns when the active one is ready. If they are running already, it changes nothing. A cluster does " +
			"this by itself.",
		Example:           "  version-manager start",
		GroupID:           "running",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return runStart(c.Context(), startOptions{a}) },
	}
}

func runStart(ctx context.Context, o startOptions) error {
	p, t, err := o.open(changing)
	if err != nil {
		return err
	}
	if _, far := t.(elsewhere); far {
		return problem.New(problem.Usage, "version-manager status", "a cluster restarts its apps by itself; start is for this machine")
	}
	if err := o.awaitReady(ctx, p, t); err != nil {
		return err
	}
	return statusOptions{app: o.app}.once(ctx, p, t)
}

// awaitReady returns when all instances of the active version are ready. The
// first look starts the agent.
func (o startOptions) awaitReady(ctx context.Context, p place, t deploy.Target) error {
	limited, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		now, err := observe(ctx, t)
		if err != nil {
			return err
		}
		side, ok := now.Colors[now.Active]
		switch {
		case !ok:
			return notDeployed(p)
		case side.Ready() >= side.Want:
			return nil
		}
		if wait.SleepContext(limited, glancePause/5) != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return problem.New(problem.Failed, "version-manager logs --tail 20", "%d of %d instances of %s were not ready after %s",
				side.Want-side.Ready(), side.Want, side.Version, startLimit)
		}
	}
}
