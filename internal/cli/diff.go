package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// drifter is a target that can compare what runs with what was asked for.
type drifter interface {
	// Drift returns what differs, a line each, and changes nothing.
	Drift(ctx context.Context, spec deploy.Spec) ([]string, error)
}

type diffOptions struct {
	*app
	version string
}

// drift is the answer of diff.
type drift struct {
	App         string          `json:"app"`
	Version     release.Version `json:"version"`
	Differences []string        `json:"differences"`
}

func newDiff(a *app) *cobra.Command {
	o := diffOptions{app: a}
	return &cobra.Command{
		Use:   "diff VERSION",
		Short: "show how the cluster differs from a version",
		Long: "Compares the objects in the cluster, field by field, with those that a deploy of the version would " +
			"apply, and changes nothing. The number of instances is not compared, because autoscaling may have " +
			"changed it. The exit code is 0 if nothing differs, 9 if something does, and 1 if the comparison failed.",
		Example:           "  version-manager diff v1.1.0\n  version-manager diff v1.1.0 -o json",
		GroupID:           "clusters",
		Args:              takes(1, 1),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, args []string) error {
			o.version = args[0]
			return runDiff(c.Context(), o)
		},
	}
}

func runDiff(ctx context.Context, o diffOptions) error {
	o.global.meanCluster()
	_, t, rel, err := o.openVersion(ctx, o.version, reading)
	if err != nil {
		return err
	}
	d, ok := t.(drifter)
	if !ok {
		return noObjects("diff", rel.Version)
	}
	now, err := observe(ctx, t)
	if err != nil {
		return err
	}
	n := max(1, rel.Config.Replicas)
	if side, ok := now.Colors[now.Active]; ok && side.Version == rel.Version {
		n = side.Want
	}
	lines, err := d.Drift(ctx, deploy.Spec{Release: rel, Replicas: n})
	if err != nil {
		return fmt.Errorf("compare with %s: %w", rel.Version, err)
	}
	found := drift{App: rel.App, Version: rel.Version, Differences: append([]string{}, lines...)}
	return o.answer(found, o.remedy(t, now, found, n))
}

func (o diffOptions) answer(d drift, remedy string) error {
	err := o.io.Answer(o.global.format, d, func() error {
		for _, line := range d.Differences {
			if err := o.io.Line("%s", line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n := len(d.Differences); n > 0 {
		return problem.New(problem.Differs, remedy, "the cluster differs from %s in %s", d.Version, ui.Plural(n, "place"))
	}
	o.note("the cluster is as %s says", d.Version)
	return nil
}
