package onemachine

import "path/filepath"

// layout knows where in the folder of a cluster everything is.
//
//	cluster.json   what was asked for
//	kubeconfig     for the owner
//	keys/          certificates and keys
//	etcd/          the data of the API server
//	nodes/NODE/    configuration, images, pods, volumes, logs of pods
//	logs/          logs of our processes
//	registries/    containerd's hosts.toml files, for registries of one's own
//	run/           what means nothing after a stop: sockets, records, pins
type layout string

func (l layout) in(names ...string) string {
	return filepath.Join(append([]string{string(l)}, names...)...)
}

func (l layout) spec() string       { return l.in("cluster.json") }
func (l layout) kubeconfig() string { return l.in("kubeconfig") }
func (l layout) keys() string       { return l.in("keys") }
func (l layout) key(name string) string {
	return l.in("keys", name)
}
func (l layout) etcd() string                  { return l.in("etcd") }
func (l layout) logs() string                  { return l.in("logs") }
func (l layout) registries() string            { return l.in("registries") }
func (l layout) config(name string) string     { return l.in("config", name) }
func (l layout) run(names ...string) string    { return l.in(append([]string{"run"}, names...)...) }
func (l layout) pins() string                  { return l.run("ns") }
func (l layout) netns(node string) string      { return l.run("ns", node+".net") }
func (l layout) mntns(node string) string      { return l.run("ns", node+".mnt") }
func (l layout) records() string               { return l.run("processes") }
func (l layout) lock() string                  { return l.run("supervisor.lock") }
func (l layout) supervisor() string            { return l.run("supervisor.json") }
func (l layout) killed(node string) string     { return l.run("killed", node) }
func (l layout) containerd(node string) string { return l.run(node, "containerd.sock") }

// node is a folder or file that belongs to one node and lasts.
func (l layout) node(node string, names ...string) string {
	return l.in(append([]string{"nodes", node}, names...)...)
}
