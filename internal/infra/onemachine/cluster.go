// Package onemachine runs a real Kubernetes cluster with several nodes on one
// Linux machine, without Docker: upstream's own programs, one process each.
//
// To Kubernetes, a node is a computer of its own: a network namespace with a
// cable to a bridge, a mount namespace, and a control group, and in them a
// containerd, a kubelet, and a kube-proxy. The first node, "server", also runs
// the control plane and etcd, and takes pods like the others. Both kinds of
// namespace are bound to files, so every process of a node can end and be
// started again while the node stays.
//
// [Cluster.TearDown] leaves nothing behind. All files are below one folder. Only
// two mounts per node are visible outside of that node. Kernel settings that a
// kubelet would change are covered by files in its mount namespace. Whatever
// must change on the machine itself (a bridge, routes, one nftables table, IP
// forwarding) is changed by a step that can be undone.
//
// A lost node is NotReady after 20 s (upstream: 40 s), and its pods are replaced
// 30 s later (upstream: 5 min): short enough for a test, and long enough for a
// machine whose processors are all busy.
//
// The parts are packages of their own: topology (nodes and addresses),
// clusterdir (files), preflight, network, namespaces, cgroup, components (what
// runs), supervision (keeping it running), pki, and programs (compiling it).
// Start with [OpenCluster] and [Cluster.BringUp].
package onemachine

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/components"
	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

const (
	// DefaultClusterDir is the folder of this machine's cluster.
	DefaultClusterDir = "/var/lib/version-manager/cluster"
	// DefaultNodeCount is the number of nodes of a new cluster.
	DefaultNodeCount = 3
	// ServerNode is the name of the node with the control plane.
	ServerNode = topology.ServerName
)

// ErrNotRoot is the cause of an error that root would not get.
var ErrNotRoot = preflight.ErrNotRoot

// Cluster is the cluster in one folder, running or not, existing or not.
type Cluster struct {
	dir  clusterdir.Dir
	self []string // command line of this program
}

// OpenCluster returns the cluster in dir. The command line self starts this
// program: with further arguments, it becomes the supervisor of the cluster.
func OpenCluster(dir string, self ...string) *Cluster {
	return &Cluster{dir: clusterdir.Dir(filepath.Clean(dir)), self: self}
}

// KubeconfigPath is the kubeconfig of the owner of this machine.
func (c *Cluster) KubeconfigPath() string { return c.dir.KubeconfigFile() }

// openClient returns a client of the API server.
func (c *Cluster) openClient() (kube.Cluster, error) {
	return kube.OpenClient(kube.Options{Kubeconfig: c.dir.KubeconfigFile()})
}

// lockCluster keeps other commands from starting or stopping the cluster.
func (c *Cluster) lockCluster() (*os.File, error) {
	if err := os.MkdirAll(c.dir.RunPath(), 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	return lockFile(c.dir.LockFile())
}

func lockFile(path string) (*os.File, error) {
	f, err := filelock.TryOpenLocked(path)
	if errors.Is(err, filelock.ErrLocked) {
		return nil, problem.New(problem.LockHeld, "version-manager cluster status", "another command is working on the cluster")
	}
	return f, err
}

// requireRunning returns a problem if no supervisor is running.
func (c *Cluster) requireRunning() error {
	id, err := supervision.ReadSupervisor(c.dir)
	if err != nil {
		return err
	}
	if !id.Alive() {
		return problem.New(problem.Failed, "version-manager cluster up", "the cluster is not running")
	}
	return nil
}

// SuperviseProcesses keeps the programs of the cluster in dir running until ctx
// ends. Then it leaves them running: replacing a supervisor interrupts nothing.
func SuperviseProcesses(ctx context.Context, dir string) error {
	d := OpenCluster(dir).dir
	lock, err := lockFile(d.SupervisorLock())
	if err != nil {
		return err
	}
	defer lock.Close()
	s, err := d.ReadSpec()
	if err != nil {
		return err
	}
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.RecordsDir(), 0o700); err != nil {
		return err
	}
	v := supervision.Supervisor{Dir: d, Groups: groups, Log: log.New(os.Stderr, "", log.LstdFlags|log.Lmicroseconds|log.LUTC)}
	v.RunPrograms(ctx, components.ListPrograms(d, s, os.Environ()))
	return nil
}
