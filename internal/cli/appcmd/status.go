package appcmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

type statusOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
	watch bool
	wait  time.Duration
}

func newStatusCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := statusOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "status",
		Short: "show what is running and which version has the traffic",
		Long: "Shows what is running: both colors with their instances, which one has the traffic, the addresses, and " +
			"the newest deploy; in a cluster also nodes, services, autoscaling, and the newest events (all recent " +
			"ones with -o json). With --wait, it returns as soon as no command is changing the app, or with " +
			"exit code 8 if a command is still changing it by then.",
		Example:           "  version-manager status\n  version-manager status --watch\n  version-manager status --wait 60s -o json",
		GroupID:           "running",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.wait < 0:
				return command.UsageError(c, "--wait %s is negative", o.wait)
			case o.watch && o.wait > 0:
				return command.UsageError(c, "--watch and --wait cannot be combined")
			}
			return runStatus(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().BoolVarP(&o.watch, "watch", "w", false, "keep showing changes until Ctrl-C")
	c.Flags().DurationVar(&o.wait, "wait", 0, "wait at most `TIME`, such as 60s, until no command is changing the app")
	return c
}

func runStatus(ctx context.Context, o statusOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.ReadOnly)
	if err != nil {
		return err
	}
	switch {
	case o.watch:
		return watchStatus(ctx, o.inv, app)
	case o.wait > 0:
		return waitUnlocked(ctx, o.inv, app, o.wait)
	}
	return printStatusOf(ctx, o.inv, app)
}

// printStatusOf prints the status as it is now.
func printStatusOf(ctx context.Context, inv *command.Invocation, app targets.App) error {
	s, err := readStatus(ctx, inv, app)
	if err != nil {
		return err
	}
	if err := inv.PrintAnswer(s, func() error { return printStatus(inv, s) }); err != nil {
		return err
	}
	switch {
	case s.Down && !s.IsInterrupted():
		targets.NoteDown(inv, s.Observed)
	case s.IsInterrupted():
		inv.PrintNote("the newest deploy was interrupted: resume it, or roll it back")
		inv.SuggestNext("version-manager resume\nversion-manager rollback")
	case s.Active == color.None:
		inv.SuggestNext("version-manager list")
	}
	return nil
}

func readStatus(ctx context.Context, inv *command.Invocation, app targets.App) (answer.Status, error) {
	now, err := app.Observe(ctx)
	if err != nil {
		return answer.Status{}, err
	}
	cluster, err := describeCluster(ctx, app.Target)
	if err != nil {
		return answer.Status{}, err
	}
	runs, err := runsNewestFirst(ctx, inv, app.Target)
	if err != nil {
		return answer.Status{}, err
	}
	s := answer.Status{Observed: now, Cluster: cluster, Warnings: now.Entrances.Warnings(inv.Now())}
	if _, ok := app.Target.(deploy.ListenerChecker); ok && len(now.Colors) > 0 {
		if b, err := app.Project.BootService(inv); err == nil {
			s.Warnings = append(s.Warnings, b.ListWarnings(inv)...)
		}
	}
	if h, ok := app.Target.(deploy.RequestHinter); ok {
		s.PublicHint, s.PreviewHint = h.PublicHint(ctx), h.PreviewHint(ctx)
	}
	for _, r := range firstRuns(runs, 1) {
		newest := summarizeRun(r)
		s.Newest, s.Open = &newest, !newest.Phase.Ended()
	}
	return s, nil
}
