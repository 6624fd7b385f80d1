// Package installcmd has the commands that install something in a cluster:
// install-ingress.
package installcmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/infra/addons"
	"version-manager/internal/progress"
)

// NewCommands returns the commands of this package.
func NewCommands(inv *command.Invocation, flags *targets.Flags) []*cobra.Command {
	return []*cobra.Command{newIngressCommand(inv, flags)}
}

// ingressNamespace is where Traefik is installed.
const ingressNamespace = "traefik"

type ingressOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
}

func newIngressCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "install-ingress",
		Short: "install the Gateway API and Traefik in a cluster",
		Long: "Installs what the routes of apps need and the cluster lacks: the Gateway API, Traefik, and the gateway " +
			"that accepts requests. What is already there is kept and checked. You can run it again at any time. A " +
			"cluster made by cluster up has all of it.",
		Example:           "  version-manager install-ingress\n  version-manager install-ingress --context prod",
		GroupID:           "clusters",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			return runInstallIngress(c.Context(), ingressOptions{inv, flags})
		},
	}
	flags.Project.AddTo(c.Flags())
	flags.Cluster.AddConnection(c.Flags())
	return c
}

func runInstallIngress(ctx context.Context, o ingressOptions) error {
	p, err := project.Open(o.inv, o.flags.Project)
	if err != nil {
		return err
	}
	cluster, err := targets.OpenCluster(o.flags.Cluster)
	if err != nil {
		return err
	}
	where := targets.DescribeCluster(cluster, ingressNamespace)
	if err := targets.ConfirmCluster(o.inv, o.flags.Cluster, p.State.Base, where); err != nil {
		return err
	}
	r := progress.NewReporter(func(e progress.Event) { o.inv.PrintNote("%s", e.Detail) }, o.inv.Now)
	report, err := addons.InstallIngress(ctx, cluster, addons.Options{Progress: r})
	if err != nil {
		return fmt.Errorf("install the ingress: %w", err)
	}
	return o.printAnswer(answer.Install{Context: where.Context, Did: append([]string{}, report.Did...), Warnings: append([]string{}, report.Warnings...)})
}

func (o ingressOptions) printAnswer(a answer.Install) error {
	err := o.inv.PrintAnswer(a, func() error { return o.inv.PrintLines(a.Did...) })
	for _, w := range a.Warnings {
		o.inv.PrintNote("warning: %s", w)
	}
	return err
}
