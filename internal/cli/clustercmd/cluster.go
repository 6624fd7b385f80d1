// Package clustercmd has the commands about the cluster of this machine:
// cluster up, status, node kill and so on.
package clustercmd

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
)

// NewCommand returns the parent of all commands of this package.
func NewCommand(inv *command.Invocation) *cobra.Command {
	c := &cobra.Command{
		Use:   "cluster",
		Short: "run a Kubernetes cluster with several nodes on this machine",
		Long: "Runs a real Kubernetes cluster with several nodes on this machine, without Docker: the upstream " +
			"programs, and for each node a network namespace with its own containerd, kubelet, and kube-proxy. It " +
			"needs Linux, root, containerd, runc, and the CNI plugins.",
		Example:           "  version-manager cluster up\n  version-manager cluster status",
		GroupID:           "clusters",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              inv.RequireCommand,
	}
	c.AddGroup(
		&cobra.Group{ID: "lifecycle", Title: "Lifecycle"},
		&cobra.Group{ID: "inspect", Title: "Inspect"},
		&cobra.Group{ID: "faults", Title: "Fault injection"},
	)
	c.AddCommand(
		newUpCommand(inv), newStopCommand(inv), newDownCommand(inv),
		newStatusCommand(inv), newKubeconfigCommand(inv),
		newNodeCommand(inv),
		newLoadImageCommand(inv), newRunCommand(),
	)
	c.AddCommand(newOldFaultCommands(inv)...)
	return c
}

// openCluster opens the cluster of this machine.
func openCluster() (*onemachine.Cluster, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return onemachine.OpenCluster(onemachine.DefaultClusterDir, program), nil
}

// withCluster returns the body of a command that needs the cluster.
func withCluster(inv *command.Invocation, run func(*cobra.Command, *onemachine.Cluster, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		m, err := openCluster()
		if err != nil {
			return err
		}
		return suggestSudo(inv, run(c, m, args))
	}
}

// suggestSudo adds the same command line with sudo to an error that root would
// not get. sudo has a PATH of its own, which may lack Go and this program; and
// people's own often lacks the system's tools.
func suggestSudo(inv *command.Invocation, err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok && errors.Is(err, onemachine.ErrNotRoot) {
		p.Hint = `sudo env "PATH=$PATH:/usr/sbin:/sbin" ` + inv.RepeatLine()
	}
	return err
}
