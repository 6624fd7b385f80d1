package clustercmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
)

// newNodeCommand is the parent of the commands that break nodes on purpose.
func newNodeCommand(inv *command.Invocation) *cobra.Command {
	c := &cobra.Command{
		Use:   "node",
		Short: "kill, disconnect, or heal a node",
		Long: "Breaks a node of the cluster on purpose and heals it again, to see what happens to the apps on it. To see " +
			"the nodes, use cluster status.",
		Example:           "  version-manager cluster node kill worker-1\n  version-manager cluster node heal worker-1",
		GroupID:           "faults",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              inv.RequireCommand,
	}
	c.AddGroup(&cobra.Group{ID: "faults", Title: "Fault injection"})
	for _, sub := range newFaultCommands(inv) {
		sub.GroupID = "faults"
		c.AddCommand(sub)
	}
	return c
}

// newOldFaultCommands are the commands as earlier versions named them:
// "cluster node kill".
func newOldFaultCommands(inv *command.Invocation) []*cobra.Command {
	list := newFaultCommands(inv)
	for _, c := range list {
		c.Use, c.Hidden = c.Name()+"-node NODE", true
	}
	return list
}

func newFaultCommands(inv *command.Invocation) []*cobra.Command {
	return []*cobra.Command{newKillCommand(inv), newCutCommand(inv), newHealCommand(inv)}
}

func newKillCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:   "kill NODE",
		Short: "kill everything on a node",
		Long: "Kills everything on a node at once, as a power failure would: its kubelet, its containerd, and all its " +
			"pods. The node stays down until cluster node heal. Killing the server node takes the API server and etcd " +
			"with it.",
		Example: "  version-manager cluster node kill worker-1",
	}, "killed %s", (*onemachine.Cluster).KillNode)
}

func newCutCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:     "cut NODE",
		Short:   "disconnect a node from the network",
		Long:    "Disconnects a node from the network until cluster node heal. Everything on it keeps running.",
		Example: "  version-manager cluster node cut worker-1",
	}, "disconnected %s", (*onemachine.Cluster).CutNode)
}

func newHealCommand(inv *command.Invocation) *cobra.Command {
	return newFaultCommand(inv, &cobra.Command{
		Use:     "heal NODE",
		Short:   "start a killed node, or reconnect a cut one",
		Long:    "Undoes cluster node kill and cluster node cut.",
		Example: "  version-manager cluster node heal worker-1",
	}, "healed %s", (*onemachine.Cluster).HealNode)
}

func newFaultCommand(inv *command.Invocation, c *cobra.Command, done string, do func(*onemachine.Cluster, context.Context, string) error) *cobra.Command {
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
