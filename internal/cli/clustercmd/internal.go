package clustercmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
)

// newLoadImageCommand is what a deploy calls for every node of this cluster.
// People have no need of it.
func newLoadImageCommand(inv *command.Invocation) *cobra.Command {
	node := ""
	c := &cobra.Command{
		Use:    "load-image --node NODE",
		Short:  "load an image archive into a node",
		Long:   "Reads a Docker or OCI image archive from standard input and loads it into a node.",
		Hidden: true,
		Args:   command.RequireArgs(0, 0),
		RunE: withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			if node == "" {
				return command.UsageError(c, "--node is missing")
			}
			return m.LoadImage(c.Context(), node, inv.Streams.In)
		}),
	}
	c.Flags().StringVar(&node, "node", "", "load the image into `NODE`")
	return c
}

// newRunCommand is the supervisor, which cluster up starts.
func newRunCommand() *cobra.Command {
	dir := ""
	c := &cobra.Command{
		Use:    "run --dir DIR",
		Short:  "keep the processes of the cluster alive",
		Long:   "Starts the processes of the cluster, and restarts those that end. It is started by cluster up.",
		Hidden: true,
		Args:   command.RequireArgs(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" {
				return command.UsageError(c, "--dir is missing")
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // a background process ignores the terminal's Ctrl-C
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
			defer stop()
			return onemachine.SuperviseProcesses(ctx, dir)
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "`DIR` of the cluster")
	return c
}
