package onemachine

import "strings"

// program is one process that has to run.
type program struct {
	Node  string
	Name  string
	Argv  []string
	Env   []string
	Needs string // network and address, with a space between, that must answer first
}

// id names the program in file names and messages.
func (p program) id() string { return p.Node + "-" + p.Name }

func (p program) String() string { return p.Name + " of " + p.Node }

// programs are all of a cluster, in the order in which they are started. They
// end in the reverse order.
func (l layout) programs(s spec, environ []string) []program {
	list := l.controlPlane(s)
	for _, n := range s.nodes() {
		list = append(list, l.nodePrograms(s, n, environ)...)
	}
	return list
}

func (l layout) controlPlane(s spec) []program {
	on := func(name, memory, needs string, argv ...string) program {
		return program{ServerNode, name, append([]string{s.Kubernetes}, argv...), environment(memory), needs}
	}
	api := "tcp " + apiAddress()
	return []program{
		on("etcd", "400MiB", "", "etcd", "--config-file="+l.config("etcd.yaml")),
		on("apiserver", "900MiB", "", append([]string{"apiserver"}, l.apiserverFlags()...)...),
		on("controller-manager", "300MiB", api, append([]string{"controller-manager"}, l.managerFlags()...)...),
		on("scheduler", "200MiB", api, append([]string{"scheduler"}, l.clientFlags("scheduler")...)...),
	}
}

func (l layout) nodePrograms(s spec, n node, environ []string) []program {
	socket := "unix " + l.containerd(n.Name)
	return []program{
		{n.Name, "containerd", []string{s.Containerd, "--config", l.node(n.Name, "containerd.toml")}, withProxy(environment("200MiB"), environ), ""},
		{n.Name, "kubelet", []string{
			s.Kubernetes, "kubelet",
			"--config=" + l.node(n.Name, "kubelet.yaml"),
			"--kubeconfig=" + l.key("kubelet-"+n.Name+".kubeconfig"),
			"--root-dir=" + l.node(n.Name, "kubelet"),
			"--cert-dir=" + l.node(n.Name, "kubelet", "pki"),
			"--hostname-override=" + n.Name,
			"--node-ip=" + n.Address,
		}, environment("250MiB"), socket},
		{n.Name, "proxy", []string{s.Kubernetes, "proxy", "--config=" + l.node(n.Name, "proxy.yaml")}, environment("150MiB"), ""},
	}
}

func (l layout) apiserverFlags() []string {
	return []string{
		"--advertise-address=" + addressOf(0),
		"--bind-address=0.0.0.0", // of the server's network namespace: its address and its loopback
		"--secure-port=" + apiPort,
		"--etcd-servers=https://127.0.0.1:2379",
		"--etcd-cafile=" + l.key("etcd-ca.crt"),
		"--etcd-certfile=" + l.key("apiserver-etcd.crt"),
		"--etcd-keyfile=" + l.key("apiserver-etcd.key"),
		"--client-ca-file=" + l.key("ca.crt"),
		"--tls-cert-file=" + l.key("apiserver.crt"),
		"--tls-private-key-file=" + l.key("apiserver.key"),
		"--kubelet-certificate-authority=" + l.key("ca.crt"),
		"--kubelet-client-certificate=" + l.key("apiserver-kubelet.crt"),
		"--kubelet-client-key=" + l.key("apiserver-kubelet.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + l.key("service-accounts.pub"),
		"--service-account-signing-key-file=" + l.key("service-accounts.key"),
		"--service-cluster-ip-range=" + serviceRange,
		"--authentication-config=" + l.config("authentication.yaml"),
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--encryption-provider-config=" + l.key("encryption.yaml"),
		"--requestheader-client-ca-file=" + l.key("front-proxy-ca.crt"),
		"--requestheader-allowed-names=" + frontProxy,
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + l.key("front-proxy.crt"),
		"--proxy-client-key-file=" + l.key("front-proxy.key"),
		"--enable-aggregator-routing=true",
		"--allow-privileged=true",
		"--profiling=false",
		"--max-requests-inflight=200",
		"--max-mutating-requests-inflight=100",
		// pods leave a node half a minute after it is known to be gone, not five
		"--default-not-ready-toleration-seconds=30",
		"--default-unreachable-toleration-seconds=30",
	}
}

func (l layout) managerFlags() []string {
	return append(l.clientFlags("controller-manager"),
		"--use-service-account-credentials=true",
		"--root-ca-file="+l.key("ca.crt"),
		"--service-account-private-key-file="+l.key("service-accounts.key"),
		"--cluster-signing-cert-file="+l.key("ca.crt"),
		"--cluster-signing-key-file="+l.key("ca.key"),
		"--requestheader-client-ca-file="+l.key("front-proxy-ca.crt"),
		"--cluster-cidr="+podRange,
		"--allocate-node-cidrs=false", // the addresses of a node's pods are in its own configuration
		"--node-monitor-period=2s",
		"--node-monitor-grace-period=20s",
		"--horizontal-pod-autoscaler-sync-period=5s",
	)
}

// clientFlags are those of the two that only talk to the API server. Nobody
// competes with them, so they need no election.
func (l layout) clientFlags(name string) []string {
	config := l.key(name + ".kubeconfig")
	return []string{
		"--kubeconfig=" + config,
		"--authentication-kubeconfig=" + config,
		"--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1",
		"--leader-elect=false",
		"--profiling=false",
	}
}

// environment is that of every program: nothing of the caller's, and the size
// from which on Go's collector works harder, because many share a machine.
func environment(memory string) []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"GOMEMLIMIT=" + memory,
	}
}

// withProxy lets containerd pull images as the machine would, but never through
// a proxy from the cluster itself.
func withProxy(env, environ []string) []string {
	const own = nodeRange + "," + podRange + "," + serviceRange
	none := own
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		switch strings.ToUpper(name) {
		case "HTTP_PROXY", "HTTPS_PROXY":
			env = append(env, e)
		case "NO_PROXY":
			none = value + "," + own
		}
	}
	return append(env, "NO_PROXY="+none)
}
