package components

import (
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kube"
)

// Users as which the API server calls others.
const (
	// KubeletClient is the API server's name when it calls a kubelet. It needs
	// a role; see the caller.
	KubeletClient = "kube-apiserver-kubelet-client"

	frontProxyClient = "front-proxy-client" // when it calls an extension API server
)

// listCertificates returns all certificates of a cluster. Every process has one
// of its own, with the rights that Kubernetes' own roles give to its name.
func listCertificates(nodes []topology.Node) []pki.Certificate {
	all := []pki.Certificate{
		{Name: "apiserver", By: pki.API, User: "kube-apiserver", Hosts: []string{
			"127.0.0.1", topology.ServerAddress(), topology.ServiceAddress, "localhost", topology.ServerName,
			"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		}},
		{Name: "apiserver-kubelet", By: pki.API, User: KubeletClient, Client: true},
		{Name: "apiserver-etcd", By: pki.Etcd, User: "kube-apiserver", Client: true},
		{Name: "etcd", By: pki.Etcd, User: "etcd", Hosts: []string{"127.0.0.1", "localhost"}, Client: true},
		{Name: "front-proxy", By: pki.Proxy, User: frontProxyClient, Client: true},
		{Name: "admin", By: pki.API, User: "admin", Groups: []string{"system:masters"}, Client: true},
		{Name: "controller-manager", By: pki.API, User: "system:kube-controller-manager", Client: true},
		{Name: "scheduler", By: pki.API, User: "system:kube-scheduler", Client: true},
		{Name: "proxy", By: pki.API, User: "system:kube-proxy", Client: true},
	}
	for _, n := range nodes {
		all = append(all,
			pki.Certificate{Name: "kubelet-" + n.Name, By: pki.API, User: "system:node:" + n.Name, Groups: []string{"system:nodes"}, Client: true},
			pki.Certificate{Name: "serving-" + n.Name, By: pki.API, User: "system:node:" + n.Name, Groups: []string{"system:nodes"}, Hosts: []string{n.Address, n.Name}},
		)
	}
	return all
}

// EnsureKeys makes those keys, certificates, and kubeconfigs that are missing
// or about to expire.
func EnsureKeys(dir clusterdir.Dir, nodes []topology.Node, now time.Time) error {
	if err := pki.EnsureFiles(dir.KeysDir(), listCertificates(nodes), now); err != nil {
		return err
	}
	files := map[string]string{
		"admin":              dir.KubeconfigFile(),
		"controller-manager": dir.KeyFile("controller-manager.kubeconfig"),
		"scheduler":          dir.KeyFile("scheduler.kubeconfig"),
		"proxy":              dir.KeyFile("proxy.kubeconfig"),
	}
	for _, n := range nodes {
		files["kubelet-"+n.Name] = dir.KeyFile("kubelet-" + n.Name + ".kubeconfig")
	}
	for owner, path := range files {
		k := pki.Kubeconfig{Context: "version-manager", Server: topology.APIServerURL(), Owner: owner, Extension: kube.DirectExtension}
		if err := k.WriteFile(dir.KeysDir(), path); err != nil {
			return err
		}
	}
	return nil
}
