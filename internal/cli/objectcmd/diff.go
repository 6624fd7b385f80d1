package objectcmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

type diffOptions struct {
	inv     *command.Invocation
	flags   *targets.Flags
	version string
}

func newDiffCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := diffOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "diff VERSION",
		Short: "show how the cluster differs from a version",
		Long: "Compares the objects in the cluster, field by field, with those that a deploy of the version would " +
			"apply, and changes nothing. The number of instances is not compared, because autoscaling may have " +
			"changed it. The exit code is 0 if nothing differs, 9 if something does, and 1 if the comparison failed.",
		Example:           "  version-manager diff v1.1.0\n  version-manager diff v1.1.0 -o json",
		GroupID:           "clusters",
		Args:              command.RequireArgs(1, 1),
		ValidArgsFunction: project.CompleteVersions(inv, &flags.Project),
		RunE: func(c *cobra.Command, args []string) error {
			o.version = args[0]
			return runDiff(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	return c
}

func runDiff(ctx context.Context, o diffOptions) error {
	o.flags.PreferCluster()
	app, rel, err := targets.OpenVersion(ctx, o.inv, *o.flags, o.version, targets.ReadOnly)
	if err != nil {
		return err
	}
	d, ok := app.Target.(deploy.DriftFinder)
	if !ok {
		return needsCluster("diff", rel.Version)
	}
	now, err := app.Observe(ctx)
	if err != nil {
		return err
	}
	n := max(1, rel.Config.Replicas)
	if side, ok := now.Colors[now.Active]; ok && side.Version == rel.Version {
		n = side.Want
	}
	lines, err := d.FindDrift(ctx, deploy.Spec{Release: rel, Replicas: n})
	if err != nil {
		return fmt.Errorf("compare with %s: %w", rel.Version, err)
	}
	found := answer.Diff{App: rel.App, Version: rel.Version, Differences: append([]string{}, lines...)}
	return o.printAnswer(found, o.remedyCommand(app.Target, now, found, n))
}

func (o diffOptions) printAnswer(d answer.Diff, remedy string) error {
	if err := o.inv.PrintAnswer(d, func() error { return o.inv.PrintLines(d.Differences...) }); err != nil {
		return err
	}
	if n := len(d.Differences); n > 0 {
		return problem.New(problem.Differs, remedy, "the cluster differs from %s in %s", d.Version, ui.FormatPlural(n, "place"))
	}
	o.inv.PrintNote("the cluster matches %s", d.Version)
	return nil
}
