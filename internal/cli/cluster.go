package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
)

// newCluster is the parent of the commands about the cluster of this machine.
func newCluster(a *app) *cobra.Command {
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
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return unknownCommand(c, args[0])
		},
	}
	c.AddGroup(
		&cobra.Group{ID: "life", Title: "Life cycle"},
		&cobra.Group{ID: "look", Title: "Inspection"},
		&cobra.Group{ID: "faults", Title: "Node failures"},
	)
	c.AddCommand(
		newClusterUp(a), newClusterStop(a), newClusterDown(a),
		newClusterStatus(a), newClusterKubeconfig(a),
		newKillNode(a), newCutNode(a), newHealNode(a),
		newLoadImage(a), newClusterRun(),
	)
	return c
}

// machineCluster is the one of this machine.
func machineCluster() (*onemachine.Cluster, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return onemachine.OpenCluster(onemachine.DefaultClusterDir, self), nil
}

// withCluster makes the body of a command that needs nothing else.
func (a *app) withCluster(run func(*cobra.Command, *onemachine.Cluster, []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		m, err := machineCluster()
		if err != nil {
			return err
		}
		return a.asRoot(run(c, m, args))
	}
}

// asRoot gives an error that root would not get the same call for root. sudo has
// a path of its own, where neither Go nor perhaps this program is; and people
// often have one without the tools of the machine.
func (a *app) asRoot(err error) error {
	if p, ok := errors.AsType[*problem.Problem](err); ok && errors.Is(err, onemachine.ErrNotRoot) {
		p.Hint = `sudo env "PATH=$PATH:/usr/sbin:/sbin" ` + a.again()
	}
	return err
}
