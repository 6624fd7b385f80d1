package components

import (
	"strings"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
)

// commands makes the command lines of one cluster.
type commands struct {
	dir     clusterdir.Dir
	spec    clusterdir.Spec
	environ []string // of this process
}

// ListPrograms returns all programs of the cluster in dir. Of environ, the
// environment of this process, only the proxy settings are passed on.
func ListPrograms(dir clusterdir.Dir, s clusterdir.Spec, environ []string) []supervision.Program {
	c := commands{dir, s, environ}
	list := c.controlPlane()
	for _, n := range s.ListNodes() {
		list = append(list, c.nodePrograms(n)...)
	}
	return list
}

func (c commands) controlPlane() []supervision.Program {
	program := func(name, memory, needs string, argv ...string) supervision.Program {
		return supervision.Program{Node: topology.ServerName, Name: name, Argv: append([]string{c.spec.Kubernetes}, argv...), Env: programEnvironment(memory), Needs: needs}
	}
	api := "tcp " + topology.APIServerAddress()
	return []supervision.Program{
		program("etcd", "400MiB", "", "etcd", "--config-file="+c.dir.ConfigFile("etcd.yaml")),
		program("apiserver", "900MiB", "", append([]string{"apiserver"}, c.apiserverFlags()...)...),
		program("controller-manager", "300MiB", api, append([]string{"controller-manager"}, c.managerFlags()...)...),
		program("scheduler", "200MiB", api, append([]string{"scheduler"}, c.clientFlags("scheduler")...)...),
	}
}

func (c commands) nodePrograms(n topology.Node) []supervision.Program {
	return []supervision.Program{
		{Node: n.Name, Name: "containerd", Env: addProxy(programEnvironment("200MiB"), c.environ), Argv: []string{
			c.spec.Containerd, "--config", c.dir.NodePath(n.Name, "containerd.toml"),
		}},
		{Node: n.Name, Name: "kubelet", Env: programEnvironment("250MiB"), Needs: "unix " + c.dir.ContainerdSocket(n.Name), Argv: []string{
			c.spec.Kubernetes, "kubelet",
			"--config=" + c.dir.NodePath(n.Name, "kubelet.yaml"),
			"--kubeconfig=" + c.dir.KeyFile("kubelet-"+n.Name+".kubeconfig"),
			"--root-dir=" + c.dir.NodePath(n.Name, "kubelet"),
			"--cert-dir=" + c.dir.NodePath(n.Name, "kubelet", "pki"),
			"--hostname-override=" + n.Name,
			"--node-ip=" + n.Address,
		}},
		{Node: n.Name, Name: "proxy", Env: programEnvironment("150MiB"), Argv: []string{
			c.spec.Kubernetes, "proxy", "--config=" + c.dir.NodePath(n.Name, "proxy.yaml"),
		}},
	}
}

// programEnvironment is that of every program: nothing of ours, and a memory
// limit above which Go's garbage collector works harder, because many programs
// share one machine.
func programEnvironment(memory string) []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"GOMEMLIMIT=" + memory,
	}
}

// addProxy lets containerd pull images through the proxy of environ, but never
// from the cluster itself.
func addProxy(env, environ []string) []string {
	const cluster = topology.NodeRange + "," + topology.PodRange + "," + topology.ServiceRange
	noProxy := cluster
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY":
			env = append(env, e)
		case "NO_PROXY":
			noProxy = value + "," + cluster
		}
	}
	return append(env, "NO_PROXY="+noProxy)
}
