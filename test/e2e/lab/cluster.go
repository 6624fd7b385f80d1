package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

// KubeconfigFile is the administrator's, of the cluster on this machine.
const KubeconfigFile = "/var/lib/version-manager/cluster/kubeconfig"

// Cluster is what `cluster status` says.
type Cluster struct {
	Running bool `json:"running"`
	Nodes   []struct {
		Name    string `json:"name"`
		Address string `json:"address"`
		NetNS   string `json:"netns"` // file of its network namespace
		Ready   bool   `json:"ready"`
	} `json:"nodes"`
	Processes []struct {
		Name string `json:"name"`
		Node string `json:"node"`
		PID  int    `json:"pid"`
	} `json:"processes"`
}

// MachineCluster asks which parts of the cluster run.
func (l *Lab) MachineCluster(ctx context.Context) (Cluster, error) {
	var c Cluster
	res, err := l.RunCommand(ctx, nil, "cluster", "status", "-o", "json")
	if err != nil {
		return c, err
	}
	if res.Code == int(problem.NotFound) {
		return c, nil
	}
	if err := json.Unmarshal([]byte(res.Out), &c); err != nil {
		return c, fmt.Errorf("cluster status: exit code %d: %w\n%s", res.Code, err, res.Err)
	}
	return c, nil
}

// RunClusterCommand runs one of the commands about the cluster on this machine, and
// shows what it says: the first one compiles Kubernetes. It runs in the
// working directory, which is where the source of that is.
func (l *Lab) RunClusterCommand(ctx context.Context, args ...string) error {
	c := exec.CommandContext(ctx, l.CLI, append([]string{"cluster"}, args...)...)
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("version-manager cluster %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// bootCluster makes sure that a cluster runs and reports whether it had to.
func (l *Lab) bootCluster(ctx context.Context) (ours bool, err error) {
	c, err := l.MachineCluster(ctx)
	if err != nil || c.Running {
		return false, err
	}
	return true, l.RunClusterCommand(ctx, "up", "--nodes", "3")
}

// FindProcess is the process of a program on a node, or the only one of its name.
func (c Cluster) FindProcess(program, node string) (int, error) {
	for _, p := range c.Processes {
		if p.Name == program && (node == "" || p.Node == node) {
			return p.PID, nil
		}
	}
	return 0, fmt.Errorf("the cluster has no process %s", strings.TrimSpace(program+" "+node))
}

// BridgeAddress is this machine's address in the network of the nodes.
const BridgeAddress = "10.213.0.1"

// RegistriesFolder is the folder in which the nodes look, before each pull, for what
// they have to know of a registry.
const RegistriesFolder = "/var/lib/version-manager/cluster/registries"

// NetNS is the file of a node's network namespace.
func (c Cluster) NetNS(node string) (string, error) {
	for _, n := range c.Nodes {
		if n.Name == node {
			return n.NetNS, nil
		}
	}
	return "", fmt.Errorf("the cluster has no node %s", node)
}

// ClusterStatus returns what status says about the cluster; nil without one.
func (l *Lab) ClusterStatus(ctx context.Context) (*clusterstatus.Cluster, error) {
	res, err := l.RunCommand(ctx, nil, "status", "-o", "json")
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("status: exit code %d: %s", res.Code, res.Err)
	}
	if err != nil {
		return nil, err
	}
	var answer struct {
		Cluster *clusterstatus.Cluster `json:"cluster"`
	}
	err = json.Unmarshal([]byte(res.Out), &answer)
	return answer.Cluster, err
}

// StatusOf asks what runs, out of another state folder.
func (l *Lab) StatusOf(ctx context.Context, state string) (deploy.Observed, error) {
	var now deploy.Observed
	res, err := l.RunCommand(ctx, nil, "status", "-o", "json", "--state", state)
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("status: exit code %d: %s", res.Code, res.Err)
	}
	if err != nil {
		return now, err
	}
	return now, json.Unmarshal([]byte(res.Out), &now)
}
