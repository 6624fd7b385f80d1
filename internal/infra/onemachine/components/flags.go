package components

import "version-manager/internal/infra/onemachine/topology"

func (c commands) apiserverFlags() []string {
	return []string{
		"--advertise-address=" + topology.ServerAddress(),
		"--bind-address=0.0.0.0", // in the network namespace of the server: its address and loopback
		"--secure-port=" + topology.APIPort,
		"--etcd-servers=https://127.0.0.1:2379",
		"--etcd-cafile=" + c.dir.KeyFile("etcd-ca.crt"),
		"--etcd-certfile=" + c.dir.KeyFile("apiserver-etcd.crt"),
		"--etcd-keyfile=" + c.dir.KeyFile("apiserver-etcd.key"),
		"--client-ca-file=" + c.dir.KeyFile("ca.crt"),
		"--tls-cert-file=" + c.dir.KeyFile("apiserver.crt"),
		"--tls-private-key-file=" + c.dir.KeyFile("apiserver.key"),
		"--kubelet-certificate-authority=" + c.dir.KeyFile("ca.crt"),
		"--kubelet-client-certificate=" + c.dir.KeyFile("apiserver-kubelet.crt"),
		"--kubelet-client-key=" + c.dir.KeyFile("apiserver-kubelet.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + c.dir.KeyFile("service-accounts.pub"),
		"--service-account-signing-key-file=" + c.dir.KeyFile("service-accounts.key"),
		"--service-cluster-ip-range=" + topology.ServiceRange,
		"--authentication-config=" + c.dir.ConfigFile("authentication.yaml"),
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--encryption-provider-config=" + c.dir.KeyFile("encryption.yaml"),
		"--requestheader-client-ca-file=" + c.dir.KeyFile("front-proxy-ca.crt"),
		"--requestheader-allowed-names=" + frontProxyClient,
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + c.dir.KeyFile("front-proxy.crt"),
		"--proxy-client-key-file=" + c.dir.KeyFile("front-proxy.key"),
		"--enable-aggregator-routing=true",
		"--allow-privileged=true",
		"--profiling=false",
		"--max-requests-inflight=200",
		"--max-mutating-requests-inflight=100",
		// upstream waits five minutes before it replaces the pods of a lost node
		"--default-not-ready-toleration-seconds=30",
		"--default-unreachable-toleration-seconds=30",
	}
}

func (c commands) managerFlags() []string {
	return append(c.clientFlags("controller-manager"),
		"--use-service-account-credentials=true",
		"--root-ca-file="+c.dir.KeyFile("ca.crt"),
		"--service-account-private-key-file="+c.dir.KeyFile("service-accounts.key"),
		"--cluster-signing-cert-file="+c.dir.KeyFile("ca.crt"),
		"--cluster-signing-key-file="+c.dir.KeyFile("ca.key"),
		"--requestheader-client-ca-file="+c.dir.KeyFile("front-proxy-ca.crt"),
		"--cluster-cidr="+topology.PodRange,
		"--allocate-node-cidrs=false", // each node's configuration has the range of its pods
		"--node-monitor-period=2s",
		"--node-monitor-grace-period=20s",
		"--horizontal-pod-autoscaler-sync-period=5s",
	)
}

// clientFlags are for the two programs that only call the API server. There is
// one of each, so they need no leader election.
func (c commands) clientFlags(name string) []string {
	config := c.dir.KeyFile(name + ".kubeconfig")
	return []string{
		"--kubeconfig=" + config,
		"--authentication-kubeconfig=" + config,
		"--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1",
		"--leader-elect=false",
		"--profiling=false",
	}
}
