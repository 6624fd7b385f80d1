package cli

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

func newClusterUp(a *app) *cobra.Command {
	n := 0
	c := &cobra.Command{
		Use:   "up",
		Short: "start the cluster and wait until it is ready",
		Long: "Creates the cluster, or starts it again, and returns when all nodes and add-ons are ready. A stopped " +
			"cluster keeps its data; a running one is left as it is. The first time, its programs are compiled, which " +
			"can take a quarter of an hour.",
		Example:           "  version-manager cluster up\n  version-manager cluster up --nodes 5",
		GroupID:           "life",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			if c.Flags().Changed("nodes") && n < 1 {
				return usage(c, "--nodes %d: a cluster has at least one", n)
			}
			return runClusterUp(c.Context(), a, m, n)
		}),
	}
	c.Flags().IntVar(&n, "nodes", 0, "create `N` nodes, the first of which runs the control plane (default 3, or as many as the cluster has)")
	return c
}

func runClusterUp(ctx context.Context, a *app, m *onemachine.Cluster, n int) error {
	err := a.withSteps("start", m.StepNames(), func(o onemachine.Options) error {
		o.Nodes = n
		return m.BringUp(ctx, o)
	})
	if err != nil {
		return err
	}
	if err := runClusterStatus(ctx, a, m); err != nil {
		return err
	}
	a.next("export KUBECONFIG=%s %s=%s", kube.Quoted(m.KubeconfigPath()), targetVariable, clusterTarget)
	return nil
}

func newClusterStop(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "stop",
		Short:             "stop the cluster and keep its data",
		Long:              "Stops all processes of the cluster and keeps its data. To start it again, use cluster up.",
		Example:           "  version-manager cluster stop",
		GroupID:           "life",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			err := a.withSteps("stop", nil, func(o onemachine.Options) error { return m.ShutDown(c.Context(), o) })
			if err == nil {
				a.next("version-manager cluster up")
			}
			return err
		}),
	}
}

func newClusterDown(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "remove the cluster and its data",
		Long: "Stops all processes of the cluster and removes it with all its data: no process, mount, network device, " +
			"firewall rule, control group, or file remains. The compiled programs are kept for the next cluster.",
		Example:           "  version-manager cluster down",
		GroupID:           "life",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return a.withSteps("remove", nil, func(o onemachine.Options) error { return m.TearDown(c.Context(), o) })
		}),
	}
}

// withSteps shows the steps of what do does, as a deploy shows its own.
func (a *app) withSteps(verb string, names []string, do func(onemachine.Options) error) error {
	m := &making{face: a.io.NewFace(a.progress(), a.now), now: a.now}
	m.face.Show(progress.Event{Kind: progress.EventBegin, Time: a.now(), App: "the cluster", Detail: verb, Steps: names})
	err := do(onemachine.Options{Step: m.step, Detail: m.detail, Note: m.note})
	m.end(err)
	return err
}

// detail is told what the step under way is at.
func (m *making) detail(text string) {
	m.face.Show(progress.Event{Kind: progress.EventProgress, Time: m.now(), Step: m.running, Elapsed: m.now().Sub(m.began), Detail: text})
}

// note is told what a person should know and do.
func (m *making) note(text string) {
	m.face.Show(progress.Event{Kind: progress.EventNote, Time: m.now(), Detail: text})
}
