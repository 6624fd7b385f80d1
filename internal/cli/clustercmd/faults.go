package clustercmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
)

func newKillNodeCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:   "kill-node NODE",
		Short: "kill everything on a node",
		Long: "Kills everything on a node at once, as a power failure would: its kubelet, its containerd, and all its " +
			"pods. The node stays down until cluster heal-node. Killing the server node takes the API server and etcd " +
			"with it.",
		Example: "  version-manager cluster kill-node worker-1",
	}, "killed %s", (*onemachine.Cluster).KillNode)
}

func newCutNodeCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:     "cut-node NODE",
		Short:   "disconnect a node from the network",
		Long:    "Disconnects a node from the network until cluster heal-node. Everything on it keeps running.",
		Example: "  version-manager cluster cut-node worker-1",
	}, "disconnected %s", (*onemachine.Cluster).CutNode)
}

func newHealNodeCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:     "heal-node NODE",
		Short:   "start a killed node, or reconnect a cut one",
		Long:    "Undoes cluster kill-node and cluster cut-node.",
		Example: "  version-manager cluster heal-node worker-1",
	}, "healed %s", (*onemachine.Cluster).HealNode)
}

func newFaultCommand(inv *command.Invocation, c *cobra.Command, done string, do func(*onemachine.Cluster, context.Context, string) error) *cobra.Command {
	c.GroupID = "faults"
	c.Args = command.RequireArgs(1, 1)
	c.ValidArgsFunction = cobra.NoFileCompletions
	c.RunE = withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, args []string) error {
		if err := do(m, c.Context(), args[0]); err != nil {
			return err
		}
		inv.PrintNote(done, args[0])
		return nil
	})
	return c
}
