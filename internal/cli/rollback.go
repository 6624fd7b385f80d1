package cli

import (
	"context"
	"iter"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/release"
)

type rollbackOptions struct {
	*app
	version   string // empty: the one that was active before
	maxFailed *int
}

func newRollback(a *app) *cobra.Command {
	o := rollbackOptions{app: a}
	var maxFailed int
	c := &cobra.Command{
		Use:   "rollback [VERSION]",
		Short: "switch the traffic back to an earlier version",
		Long: "Switches the traffic back to an earlier version, after the same checks as a deploy. Without VERSION, " +
			"that is the one that was active before; on a terminal, you can choose another. A version on standby " +
			"needs only a switch. A deploy that was interrupted is taken back.",
		Example:           "  version-manager rollback\n  version-manager rollback v1.0.0",
		GroupID:           "deploys",
		Args:              takes(0, 1),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, args []string) error {
			o.maxFailed = givenMax(c, &maxFailed)
			if len(args) == 1 {
				o.version = args[0]
			}
			return runRollback(c.Context(), o)
		},
	}
	c.Flags().IntVar(&maxFailed, "max-failed", 0,
		"keep watching until the version is healthy after more than `N` failed requests (default probe.maxFailed of the version)")
	return c
}

func runRollback(ctx context.Context, o rollbackOptions) error {
	p, t, runs, err := o.openPast(ctx)
	if err != nil {
		return err
	}
	if run := latest(runs); run.Open() && o.version == "" {
		if o.maxFailed != nil {
			return problem.New(problem.Usage, "version-manager rollback",
				"--max-failed is for a new rollback, and this one takes deploy %s back, which was interrupted", run.ID)
		}
		secrets, _ := o.secrets(run.Plan.Release.Config.Secrets)
		return o.measured(p, t, func(e *deploy.Engine) (probe.Report, error) { return e.Undo(ctx, "", secrets) })
	}
	now, err := observe(ctx, t)
	if err != nil {
		return err
	}
	rel, err := o.choose(p, now, runs)
	if err != nil {
		return o.restorable(ctx, p, o.version, err)
	}
	if err := o.deploy(ctx, p, t, deploy.Request{Kind: deploy.Rollback, Release: rel, MaxFailed: o.maxFailed}); err != nil {
		return err
	}
	o.next("version-manager status")
	return nil
}

// choose returns the release to go back to.
func (o rollbackOptions) choose(p place, now deploy.Observed, runs iter.Seq[deploy.Run]) (release.Release, error) {
	if o.version != "" {
		return p.deployed(o.version, runs)
	}
	active, ok := now.Colors[now.Active]
	if !ok { // somebody may have deleted the route: then the journals know who had the traffic
		active.Version, ok = lastActive(runs), len(now.Colors) > 0
	}
	if !ok {
		return release.Release{}, notDeployed(p)
	}
	before := previous(runs, active.Version)
	if before == "" {
		return release.Release{}, problem.New(problem.NotFound, "version-manager rollback VERSION", "rollback: nothing was active before %s", active.Version)
	}
	typed := string(before)
	if o.asks() && !o.global.yes {
		var err error
		if typed, err = o.ask(p, now, before); err != nil {
			return release.Release{}, err
		}
	}
	return p.deployed(typed, runs)
}

// lastActive is what the newest deploy that succeeded gave the traffic to. The
// runs come newest first.
func lastActive(runs iter.Seq[deploy.Run]) release.Version {
	for r := range runs {
		if r.Phase == deploy.Done {
			return r.Plan.To()
		}
	}
	return ""
}

// previous is the version from which the active one took over, empty if it
// was the first. The runs come newest first.
func previous(runs iter.Seq[deploy.Run], active release.Version) release.Version {
	for r := range runs {
		if r.Phase == deploy.Done && r.Plan.To() == active {
			return r.Plan.From
		}
	}
	return ""
}
