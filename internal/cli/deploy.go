package cli

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/ui"
)

// deployOptions are those of deploy and zero-downtime.
type deployOptions struct {
	*app
	kind      deploy.Kind
	version   string
	maxFailed *int // nil: as the configuration says
}

func newDeploy(a *app) *cobra.Command {
	c := deployCommand(a, deploy.Plain)
	c.Use = "deploy VERSION"
	c.Short = "switch the traffic to a version and stop the previous one"
	c.Long = "Switches the traffic to a version without losing a request: starts it beside the active version, waits " +
		"until it is healthy, switches, and stops the old version when none of its requests are in flight. If the " +
		"new version fails on the way, it is taken back. The answer is a report of how the deploy affected users."
	c.Example = "  version-manager deploy v1.1.0\n  version-manager deploy v1.1.0 -o json --progress quiet"
	return c
}

func newZeroDowntime(a *app) *cobra.Command {
	c := deployCommand(a, deploy.ZeroDowntime)
	c.Use = "zero-downtime VERSION"
	c.Short = "deploy with smoke tests, monitoring, and a warm standby"
	c.Long = "Deploys with everything that production needs: smoke tests before the switch, a bake time after it in " +
		"which the first failure takes the deploy back, and the old version kept on standby, so that a rollback " +
		"is only a switch. The answer is a report of how the deploy affected users."
	c.Example = "  version-manager zero-downtime v1.1.0\n  version-manager zero-downtime v1.1.0 --max-failed 3"
	return c
}

func deployCommand(a *app, kind deploy.Kind) *cobra.Command {
	var maxFailed int
	c := &cobra.Command{
		GroupID:           "deploys",
		Args:              takes(1, 1),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, args []string) error {
			return runDeploy(c.Context(), deployOptions{app: a, kind: kind, version: args[0], maxFailed: givenMax(c, &maxFailed)})
		},
	}
	c.Flags().IntVar(&maxFailed, "max-failed", 0, "take the deploy back after more than `N` failed requests (default probe.maxFailed of the version)")
	return c
}

// givenMax tells --max-failed 0 from no flag.
func givenMax(c *cobra.Command, value *int) *int {
	if !c.Flags().Changed("max-failed") {
		return nil
	}
	return value
}

func runDeploy(ctx context.Context, o deployOptions) error {
	p, t, rel, err := o.openVersion(ctx, o.version, changing)
	if err != nil {
		return err
	}
	if err := o.deploy(ctx, p, t, deploy.Request{Kind: o.kind, Release: rel, MaxFailed: o.maxFailed}); err != nil {
		return err
	}
	if now, err := t.Observe(ctx); err == nil {
		o.sayWhere(now)
	}
	return nil
}

// sayWhere tells how to see the result and how to undo it.
func (a *app) sayWhere(now deploy.Observed) {
	if a.global.progress == ui.Lines {
		return // who reads those has the events
	}
	if len(now.Entrances.Public) > 0 {
		a.note("open: %s", now.Entrances.Public[0])
	}
	if warm, ok := now.Colors[now.Active.Other()]; ok {
		a.next("version-manager rollback    (%s is on standby)", warm.Version)
		return
	}
	a.next("version-manager status")
}
