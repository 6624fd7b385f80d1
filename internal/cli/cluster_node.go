package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/infra/onemachine"
)

func newKillNode(a *app) *cobra.Command {
	return nodeCommand(a, &cobra.Command{
		Use:   "kill-node NODE",
		Short: "kill everything on a node",
		Long: "Kills everything on a node at once, as a power failure would: its kubelet, its containerd, and all its " +
			"pods. The node stays down until cluster heal-node. Killing the server node takes the API server and etcd " +
			"with it.",
		Example: "  version-manager cluster kill-node worker-1",
	}, "killed %s", (*onemachine.Cluster).KillNode)
}

func newCutNode(a *app) *cobra.Command {
	return nodeCommand(a, &cobra.Command{
		Use:     "cut-node NODE",
		Short:   "disconnect a node from the network",
		Long:    "Disconnects a node from the network until cluster heal-node. Everything on it keeps running.",
		Example: "  version-manager cluster cut-node worker-1",
	}, "cut %s off", (*onemachine.Cluster).CutNode)
}

func newHealNode(a *app) *cobra.Command {
	return nodeCommand(a, &cobra.Command{
		Use:     "heal-node NODE",
		Short:   "start a killed node, or reconnect a cut one",
		Long:    "Undoes cluster kill-node and cluster cut-node.",
		Example: "  version-manager cluster heal-node worker-1",
	}, "healed %s", (*onemachine.Cluster).HealNode)
}

func nodeCommand(a *app, c *cobra.Command, done string, do func(*onemachine.Cluster, context.Context, string) error) *cobra.Command {
	c.GroupID = "faults"
	c.Args = takes(1, 1)
	c.ValidArgsFunction = cobra.NoFileCompletions
	c.RunE = a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, args []string) error {
		if err := do(m, c.Context(), args[0]); err != nil {
			return err
		}
		a.note(done, args[0])
		return nil
	})
	return c
}

// newLoadImage is what a deploy calls for every node of this cluster. People
// have no need of it.
func newLoadImage(a *app) *cobra.Command {
	node := ""
	c := &cobra.Command{
		Use:    "load-image --node NODE",
		Short:  "load an image archive into a node",
		Long:   "Reads a Docker or OCI image archive from standard input and loads it into a node.",
		Hidden: true,
		Args:   takes(0, 0),
		RunE: a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			if node == "" {
				return usage(c, "--node is missing")
			}
			return m.LoadImage(c.Context(), node, a.io.In)
		}),
	}
	c.Flags().StringVar(&node, "node", "", "load the image into `NODE`")
	return c
}

// newClusterRun is the supervisor, which cluster up starts.
func newClusterRun() *cobra.Command {
	dir := ""
	c := &cobra.Command{
		Use:    "run --dir DIR",
		Short:  "keep the processes of the cluster alive",
		Long:   "Starts the processes of the cluster, and restarts those that end. It is started by cluster up.",
		Hidden: true,
		Args:   takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return usage(c, "--dir is missing")
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it has nothing to say to a Ctrl-C
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
			defer stop()
			return onemachine.SuperviseProcesses(ctx, dir)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "`DIR` of the cluster")
	return c
}
