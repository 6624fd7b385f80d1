// Package clusterdir knows where the files of a local cluster are and what its
// description holds.
package clusterdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir is the folder of one cluster. Its methods return paths below it:
//
//	cluster.json   the description; see [Spec]
//	kubeconfig     for the owner of the machine
//	keys/          certificates and keys
//	config/        configuration of the control plane
//	etcd/          data of the API server
//	nodes/NODE/    configuration, images, pods, volumes, and pod logs of a node
//	logs/          logs of our processes
//	registries/    hosts.toml files for containerd, if you run registries of your own
//	run/           sockets, records, and namespaces; removed when the cluster stops
type Dir string

// Path returns the path of a file below the folder.
func (d Dir) Path(names ...string) string {
	return filepath.Join(append([]string{string(d)}, names...)...)
}

// SpecFile holds the description of the cluster.
func (d Dir) SpecFile() string { return d.Path("cluster.json") }

// LockFile is locked while a command starts, stops, or removes the cluster.
func (d Dir) LockFile() string { return d.Path("lock") }

// KubeconfigFile is the kubeconfig of the owner of the machine.
func (d Dir) KubeconfigFile() string { return d.Path("kubeconfig") }

// KeysDir holds certificates, keys, and the kubeconfigs of the components.
func (d Dir) KeysDir() string { return d.Path("keys") }

// KeyFile is one file of KeysDir.
func (d Dir) KeyFile(name string) string { return d.Path("keys", name) }

// EtcdDir holds the data of the API server.
func (d Dir) EtcdDir() string { return d.Path("etcd") }

// LogsDir holds the logs of our processes.
func (d Dir) LogsDir() string { return d.Path("logs") }

// LogFile is the log of one process.
func (d Dir) LogFile(name string) string { return d.Path("logs", name+".log") }

// RegistriesDir holds the hosts.toml files of containerd.
func (d Dir) RegistriesDir() string { return d.Path("registries") }

// ConfigFile is one configuration file of the control plane.
func (d Dir) ConfigFile(name string) string { return d.Path("config", name) }

// NodePath is a file or folder of one node that survives a stop.
func (d Dir) NodePath(node string, names ...string) string {
	return d.Path(append([]string{"nodes", node}, names...)...)
}

// RunPath is a file or folder that is removed when the cluster stops.
func (d Dir) RunPath(names ...string) string {
	return d.Path(append([]string{"run"}, names...)...)
}

// NamespaceDir holds the files to which the namespaces of nodes are bound.
func (d Dir) NamespaceDir() string { return d.RunPath("ns") }

// NetworkNamespace is the file to which a node's network namespace is bound.
func (d Dir) NetworkNamespace(node string) string { return d.RunPath("ns", node+".net") }

// MountNamespace is the file to which a node's mount namespace is bound.
func (d Dir) MountNamespace(node string) string { return d.RunPath("ns", node+".mnt") }

// RecordsDir holds a record of each process; see the package supervision.
func (d Dir) RecordsDir() string { return d.RunPath("processes") }

// SupervisorLock is locked by the running supervisor.
func (d Dir) SupervisorLock() string { return d.RunPath("supervisor.lock") }

// SupervisorFile holds the identity of the supervisor.
func (d Dir) SupervisorFile() string { return d.RunPath("supervisor.json") }

// ContainerdSocket is the socket of a node's containerd.
func (d Dir) ContainerdSocket(node string) string { return d.RunPath(node, "containerd.sock") }

// KilledFile exists while a node is killed.
func (d Dir) KilledFile(node string) string { return d.RunPath("killed", node) }

// IsKilled reports whether the node was killed and not healed since.
func (d Dir) IsKilled(node string) bool {
	_, err := os.Stat(d.KilledFile(node))
	return !errors.Is(err, fs.ErrNotExist)
}
