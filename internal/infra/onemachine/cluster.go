// Package cluster runs a real Kubernetes with several nodes on one Linux
// machine, without Docker: upstream's own programs, one process each.
//
// A node is what a second computer would be to Kubernetes: its own network
// namespace with a cable to a bridge, its own mount namespace, its own branch
// of the cgroups, and in these a containerd, a kubelet and a kube-proxy. The
// first node, "server", also runs the control plane and etcd and takes pods
// like the others. Because both kinds of namespace are pinned to files, every
// process of a node can end and come back while the node stays.
//
// Nothing of it may outlive `down`. So all files are below one folder, all
// mounts but two for each node are seen by that node alone, what a kubelet
// would change in the kernel is covered by files inside its mount namespace,
// and whatever has to change on the machine itself (a bridge, routes, one
// nftables table, ip_forward) is a [step] that knows how to take itself back.
//
// A small supervisor (see [Supervise]) keeps the processes alive. They are not
// its children's children but sessions of their own with a record on the disk:
// a new supervisor finds those that survived the old one.
//
// A node that is lost is NotReady after 20 s (upstream: 40 s), and its pods are
// replaced 30 s later (upstream: 5 min): soon enough to be waited for in a
// test, and late enough for a machine whose two processors are all busy.
//
// The package builds no programs and knows no manifests: that is the work of
// programs and addons below it. It was proven on cgroup v1; for v2 it follows
// the documentation of the kernel. Start with [Open] and [Cluster.Up].
package onemachine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/kube"
)

// DefaultClusterDir is where the cluster of a machine is kept.
const DefaultClusterDir = "/var/lib/version-manager/cluster"

// Cluster is the one that is kept in a folder, running or not.
type Cluster struct {
	dir  layout
	self []string // how to call this program
}

// OpenCluster returns the cluster in dir. self is the command line that starts this
// program, to which words are added: the supervisor is the same program.
func OpenCluster(dir string, self ...string) *Cluster {
	return &Cluster{dir: layout(filepath.Clean(dir)), self: self}
}

// KubeconfigPath is the file with which the owner of the machine reaches the API.
func (c *Cluster) KubeconfigPath() string { return c.dir.kubeconfig() }

// client talks to the API server.
func (c *Cluster) client() (kube.Cluster, error) {
	return kube.Open(kube.Options{Kubeconfig: c.dir.kubeconfig()})
}

// exists reports whether there is a cluster at all, running or not.
func (c *Cluster) exists() bool {
	_, err := os.Stat(c.dir.spec())
	return err == nil
}

// sequence calls f for each, and stops at the first error.
func sequence[T any](ctx context.Context, list []T, f func(context.Context, T) error) error {
	for _, each := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(ctx, each); err != nil {
			return fmt.Errorf("%v: %w", each, err)
		}
	}
	return nil
}
