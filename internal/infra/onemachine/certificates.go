package onemachine

import (
	"time"

	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/kube"
)

// certificates are all that the cluster needs. Every process has one of its
// own, with no more rights than upstream's roles give to its name.
func certificates(list []node) []pki.Certificate {
	all := []pki.Certificate{
		{Name: "apiserver", By: pki.API, User: "kube-apiserver", Hosts: []string{
			"127.0.0.1", addressOf(0), serviceAddress, "localhost", ServerNode,
			"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
		}},
		{Name: "apiserver-kubelet", By: pki.API, User: apiserverAtKubelet, Client: true},
		{Name: "apiserver-etcd", By: pki.Etcd, User: "kube-apiserver", Client: true},
		{Name: "etcd", By: pki.Etcd, User: "etcd", Hosts: []string{"127.0.0.1", "localhost"}, Client: true},
		{Name: "front-proxy", By: pki.Proxy, User: frontProxy, Client: true},
		{Name: "admin", By: pki.API, User: "admin", Groups: []string{"system:masters"}, Client: true},
		{Name: "controller-manager", By: pki.API, User: "system:kube-controller-manager", Client: true},
		{Name: "scheduler", By: pki.API, User: "system:kube-scheduler", Client: true},
		{Name: "proxy", By: pki.API, User: "system:kube-proxy", Client: true},
	}
	for _, n := range list {
		all = append(all,
			pki.Certificate{Name: "kubelet-" + n.Name, By: pki.API, User: "system:node:" + n.Name, Groups: []string{"system:nodes"}, Client: true},
			pki.Certificate{Name: "serving-" + n.Name, By: pki.API, User: "system:node:" + n.Name, Groups: []string{"system:nodes"}, Hosts: []string{n.Address, n.Name}},
		)
	}
	return all
}

const (
	apiserverAtKubelet = "kube-apiserver-kubelet-client" // the API server, to a kubelet
	frontProxy         = "front-proxy-client"            // the API server, to an extension API server
)

// ensureKeys makes all keys, certificates and kubeconfigs that are missing.
func (l layout) ensureKeys(list []node, now time.Time) error {
	if err := pki.EnsureFiles(l.keys(), certificates(list), now); err != nil {
		return err
	}
	files := map[string]string{
		"admin":              l.kubeconfig(),
		"controller-manager": l.key("controller-manager.kubeconfig"),
		"scheduler":          l.key("scheduler.kubeconfig"),
		"proxy":              l.key("proxy.kubeconfig"),
	}
	for _, n := range list {
		files["kubelet-"+n.Name] = l.key("kubelet-" + n.Name + ".kubeconfig")
	}
	for owner, path := range files {
		k := pki.Kubeconfig{Context: "version-manager", Server: apiURL(), Owner: owner, Extension: kube.Direct}
		if err := k.WriteFile(l.keys(), path); err != nil {
			return err
		}
	}
	return nil
}
