// Package objectcmd has the commands about the Kubernetes objects of a
// version: render and diff.
package objectcmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// NewCommands returns the commands of this package.
func NewCommands(inv *command.Invocation, flags *targets.Flags) []*cobra.Command {
	return []*cobra.Command{newRenderCommand(inv, flags), newDiffCommand(inv, flags)}
}

type renderOptions struct {
	inv      *command.Invocation
	flags    *targets.Flags
	version  string
	color    color.Color
	replicas int      // 0: as the version's configuration says
	only     []string // "Kind/name"; none: all objects
}

func newRenderCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := renderOptions{inv: inv, flags: flags, color: color.Blue}
	c := &cobra.Command{
		Use:   "render VERSION",
		Short: "print the Kubernetes objects of a version",
		Long: "Prints all Kubernetes objects of a version as YAML, in the form in which a deploy applies them, or with " +
			"-o json as one List. It does not contact the cluster, and the output contains no values of secrets. Use " +
			"it if you keep the objects in git and another tool applies them with kubectl apply --server-side. " +
			"Applying them sends the traffic to the color without any check, so do not do that to an " +
			"app that version-manager deploys.",
		Example:           "  version-manager render v1.1.0 > shop.yaml\n  version-manager render v1.1.0 --app-color green --replicas 3 -o json",
		GroupID:           "clusters",
		Args:              command.RequireArgs(1, 1),
		ValidArgsFunction: project.CompleteVersions(inv, &flags.Project),
		RunE: func(c *cobra.Command, args []string) error {
			if o.replicas < 0 {
				return command.UsageError(c, "--replicas %d is not a number of instances", o.replicas)
			}
			o.version = args[0]
			return runRender(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	inv.AddAppColor(c, &o.color, "color to render")
	c.Flags().StringSliceVar(&o.only, "only", nil, "print only the object `KIND/NAME`")
	c.Flags().IntVar(&o.replicas, "replicas", 0, "render `N` instances (default replicas of the version)")
	return c
}

func runRender(ctx context.Context, o renderOptions) error {
	o.flags.PreferCluster()
	app, rel, err := targets.OpenVersion(ctx, o.inv, *o.flags, o.version, targets.ReadOnly)
	if err != nil {
		return err
	}
	r, ok := app.Target.(deploy.ManifestRenderer)
	if !ok {
		return needsCluster("render", rel.Version)
	}
	n := o.replicas
	if n == 0 {
		n = max(1, rel.Config.Replicas)
	}
	docs, err := r.RenderManifests(deploy.Spec{Release: rel, Replicas: n}, o.color)
	if err != nil {
		return fmt.Errorf("render %s: %w", rel.Version, err)
	}
	if docs, err = selectObjects(docs, o.only); err != nil {
		return err
	}
	return o.printObjects(docs)
}

func (o renderOptions) printObjects(docs []byte) error {
	if o.inv.Global.Format == ui.JSON {
		list, err := toList(docs)
		if err != nil {
			return fmt.Errorf("read what was rendered: %w", err)
		}
		return o.inv.PrintAnswer(list, nil)
	}
	_, err := o.inv.Streams.Out.Write(docs)
	return err
}

// needsCluster returns the error of a command whose target is no cluster.
func needsCluster(name string, v release.Version) error {
	return problem.New(problem.Usage, fmt.Sprintf("version-manager --target %s %s %s", targets.Cluster, name, v), "%s works on a cluster, and the target is local", name)
}
