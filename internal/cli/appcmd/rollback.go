package appcmd

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/report"
)

type rollbackOptions struct {
	inv       *command.Invocation
	flags     *targets.Flags
	version   string // empty: the one that was active before
	maxFailed *int   // nil: as the configuration says
}

func newRollbackCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := rollbackOptions{inv: inv, flags: flags}
	var maxFailed int
	c := &cobra.Command{
		Use:   "rollback [VERSION]",
		Short: "switch the traffic back to an earlier version",
		Long: "Switches the traffic back to an earlier version, after the same checks as a deploy. Without VERSION, " +
			"that is the one that was active before; on a terminal, you can choose another. A version on standby " +
			"needs only a switch. An interrupted deploy is rolled back.",
		Example:           "  version-manager rollback\n  version-manager rollback v1.0.0",
		GroupID:           "deploys",
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: project.CompleteVersions(inv, &flags.Project),
		RunE: func(c *cobra.Command, args []string) error {
			o.maxFailed = givenMaxFailed(c, &maxFailed)
			if len(args) == 1 {
				o.version = args[0]
			}
			return runRollback(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().IntVar(&maxFailed, "max-failed", 0,
		"keep watching until the version is healthy after more than `N` failed requests (default probe.maxFailed of the version)")
	return c
}

func runRollback(ctx context.Context, o rollbackOptions) error {
	app, runs, err := openNewestFirst(ctx, o.inv, *o.flags)
	if err != nil {
		return err
	}
	r := runner{o.inv, o.flags, app}
	if run := newestRun(runs); run.IsOpen() && o.version == "" {
		return o.undoInterrupted(ctx, r, run)
	}
	now, err := app.Observe(ctx)
	if err != nil {
		return err
	}
	rel, err := o.chooseRelease(app, now, runs)
	if err != nil {
		return app.Project.ExplainUnbuilt(ctx, o.version, err)
	}
	if err := r.deployRelease(ctx, deploy.Request{Kind: deploy.Rollback, Release: rel, MaxFailed: o.maxFailed}); err != nil {
		return err
	}
	o.inv.SuggestNext("version-manager status")
	return nil
}

// undoInterrupted rolls back the deploy that was interrupted.
func (o rollbackOptions) undoInterrupted(ctx context.Context, r runner, run deploy.Run) error {
	if o.maxFailed != nil {
		return problem.New(problem.Usage, "version-manager rollback",
			"--max-failed applies to a new rollback, and this command rolls back the interrupted deploy %s", run.ID)
	}
	secrets, _ := readSecrets(o.inv.Getenv, run.Plan.Release.Config.Secrets)
	return r.runReported(func(e *deploy.Engine) (report.Report, error) { return e.Undo(ctx, "", secrets) })
}

// chooseRelease returns the release to go back to.
func (o rollbackOptions) chooseRelease(app targets.App, now deploy.Observed, runs iter.Seq[deploy.Run]) (release.Release, error) {
	if o.version != "" {
		return findDeployed(app.Project, o.version, runs)
	}
	active, ok := now.Colors[now.Active]
	if !ok { // if somebody has deleted the route, the journals say which version had the traffic
		active.Version, ok = lastSuccessful(runs), len(now.Colors) > 0
	}
	if !ok {
		return release.Release{}, app.NotDeployed()
	}
	before := previousVersion(runs, active.Version)
	if before == "" {
		return release.Release{}, problem.New(problem.NotFound, "version-manager list", "rollback: no version was active before %s", active.Version)
	}
	typed := string(before)
	if o.inv.CanPrompt() && !o.inv.Global.Yes {
		var err error
		if typed, err = o.promptVersion(app, now, before); err != nil {
			return release.Release{}, err
		}
	}
	return findDeployed(app.Project, typed, runs)
}

// lastSuccessful returns the version that the newest successful deploy gave
// the traffic to. The runs come newest first.
func lastSuccessful(runs iter.Seq[deploy.Run]) release.Version {
	for r := range runs {
		if r.Phase == deploy.Done {
			return r.Plan.To()
		}
	}
	return ""
}

// previousVersion returns the version that the active one replaced, empty if
// it was the first. The runs come newest first.
func previousVersion(runs iter.Seq[deploy.Run], active release.Version) release.Version {
	for r := range runs {
		if r.Phase == deploy.Done && r.Plan.To() == active {
			return r.Plan.From
		}
	}
	return ""
}
