// Package appcmd has the commands that deploy and operate the app of a
// project: deploy, zero-downtime, rollback, resume, plan, history, status,
// start, scale, logs and cleanup.
//
// Each command has a file of its own with an options struct that holds all
// inputs, a function new…Command that fills it from flags and arguments, and a
// function run… that does the work and can be called without cobra.
package appcmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
)

// NewCommands returns the commands of this package.
func NewCommands(inv *command.Invocation, flags *targets.Flags) []*cobra.Command {
	return []*cobra.Command{
		newDeployCommand(inv, flags), newZeroDowntimeCommand(inv, flags), newRollbackCommand(inv, flags),
		newPlanCommand(inv, flags), newResumeCommand(inv, flags), newHistoryCommand(inv, flags),
		newStatusCommand(inv, flags), newStartCommand(inv, flags), newScaleCommand(inv, flags),
		newLogsCommand(inv, flags), newCleanupCommand(inv, flags),
	}
}

// deployOptions are the inputs of deploy and zero-downtime.
type deployOptions struct {
	inv       *command.Invocation
	flags     *targets.Flags
	kind      deploy.Kind
	version   string
	maxFailed *int // nil: as the configuration says
}

func newDeployCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := newKindCommand(inv, flags, deploy.Plain)
	c.Use = "deploy VERSION"
	c.Short = "switch the traffic to a version and stop the previous one"
	c.Long = "Switches the traffic to a version without losing a request: starts it next to the active version, waits " +
		"until it is healthy, switches, and stops the old version when none of its requests are in flight. If the " +
		"new version fails during the deploy, it is rolled back. The output is a report of how the deploy affected users."
	c.Example = "  version-manager deploy v1.1.0\n  version-manager deploy v1.1.0 -o json --progress quiet"
	return c
}

func newZeroDowntimeCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := newKindCommand(inv, flags, deploy.ZeroDowntime)
	c.Use = "zero-downtime VERSION"
	c.Short = "deploy with smoke tests, monitoring, and instant rollback"
	c.Long = "Deploys with everything that production needs: smoke tests before the switch, a bake time after it in " +
		"which the first failure rolls the deploy back, and the old version kept on standby, so that a rollback " +
		"is only a switch. The output is a report of how the deploy affected users."
	c.Example = "  version-manager zero-downtime v1.1.0\n  version-manager zero-downtime v1.1.0 --max-failed 3"
	return c
}

func newKindCommand(inv *command.Invocation, flags *targets.Flags, kind deploy.Kind) *cobra.Command {
	var maxFailed int
	c := &cobra.Command{
		GroupID:           "deploys",
		Args:              command.RequireArgs(1, 1),
		ValidArgsFunction: project.CompleteVersions(inv, &flags.Project),
		RunE: func(c *cobra.Command, args []string) error {
			return runDeploy(c.Context(), deployOptions{inv: inv, flags: flags, kind: kind, version: args[0], maxFailed: givenMaxFailed(c, &maxFailed)})
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().IntVar(&maxFailed, "max-failed", 0, "roll the deploy back after more than `N` failed requests (default probe.maxFailed of the version)")
	return c
}

// givenMaxFailed tells --max-failed 0 from no flag, which is nil.
func givenMaxFailed(c *cobra.Command, value *int) *int {
	if !c.Flags().Changed("max-failed") {
		return nil
	}
	return value
}

func runDeploy(ctx context.Context, o deployOptions) error {
	app, rel, err := targets.OpenVersion(ctx, o.inv, *o.flags, o.version, targets.Change)
	if err != nil {
		return err
	}
	r := runner{o.inv, o.flags, app}
	if err := r.deployRelease(ctx, deploy.Request{Kind: o.kind, Release: rel, MaxFailed: o.maxFailed}); err != nil {
		return err
	}
	if now, err := app.Observe(ctx); err == nil {
		suggestAfterDeploy(o.inv, now)
	}
	return nil
}

// suggestAfterDeploy tells where to see the result and how to undo it.
func suggestAfterDeploy(inv *command.Invocation, now deploy.Observed) {
	if inv.ReportsJSON() {
		return // the program that reads the JSON lines has the events
	}
	if len(now.Entrances.Public) > 0 {
		inv.PrintNote("open: %s", now.Entrances.Public[0])
	}
	if warm, ok := now.Colors[now.Active.Other()]; ok {
		inv.PrintNote("%s is on standby for an instant rollback", warm.Version)
		inv.SuggestNext("version-manager rollback")
		return
	}
	inv.SuggestNext("version-manager status")
}
