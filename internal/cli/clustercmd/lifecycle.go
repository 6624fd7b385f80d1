package clustercmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/shell"
)

func newUpCommand(inv *command.Invocation) *cobra.Command {
	n := 0
	c := &cobra.Command{
		Use:   "up",
		Short: "start the cluster and wait until it is ready",
		Long: "Creates the cluster, or starts it again, and returns when all nodes and add-ons are ready. A stopped " +
			"cluster keeps its data; a running one is left as it is. The first time, its programs are compiled, which " +
			"can take a quarter of an hour.",
		Example:           "  version-manager cluster up\n  version-manager cluster up --nodes 5",
		GroupID:           "lifecycle",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			if c.Flags().Changed("nodes") && n < 1 {
				return command.UsageError(c, "--nodes %d: a cluster has at least one", n)
			}
			return runUp(c.Context(), inv, m, n)
		}),
	}
	c.Flags().IntVar(&n, "nodes", 0, "create `N` nodes, the first of which runs the control plane (default 3, or as many as the cluster has)")
	return c
}

func runUp(ctx context.Context, inv *command.Invocation, m *onemachine.Cluster, nodes int) error {
	err := withSteps(inv, "start", m.StepNames(), func(o onemachine.Options) error {
		o.Nodes = nodes
		return m.BringUp(ctx, o)
	})
	if err != nil {
		return err
	}
	if err := runStatus(ctx, inv, m); err != nil {
		return err
	}
	inv.SuggestNext("export KUBECONFIG=%s %s=%s", shell.QuoteIfNeeded(m.KubeconfigPath()), targets.TargetVariable, targets.Cluster)
	return nil
}

func newStopCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:               "stop",
		Short:             "stop the cluster and keep its data",
		Long:              "Stops all processes of the cluster and keeps its data. To start it again, use cluster up.",
		Example:           "  version-manager cluster stop",
		GroupID:           "lifecycle",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			err := withSteps(inv, "stop", nil, func(o onemachine.Options) error { return m.ShutDown(c.Context(), o) })
			if err == nil {
				inv.SuggestNext("version-manager cluster up")
			}
			return err
		}),
	}
}

func newDownCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "remove the cluster and its data",
		Long: "Stops all processes of the cluster and removes it with all its data: no process, mount, network device, " +
			"firewall rule, control group, or file remains. The compiled programs are kept for the next cluster.",
		Example:           "  version-manager cluster down",
		GroupID:           "lifecycle",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return withSteps(inv, "remove", nil, func(o onemachine.Options) error { return m.TearDown(c.Context(), o) })
		}),
	}
}
