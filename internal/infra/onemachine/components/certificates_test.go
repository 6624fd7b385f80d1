package components

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/infra/onemachine/topology"
)

func TestListCertificates(t *testing.T) {
	byName := map[string]pki.Certificate{}
	for _, c := range listCertificates(topology.FirstNodes(2)) {
		byName[c.Name] = c
	}
	for _, host := range []string{"127.0.0.1", "10.213.0.11", "10.96.0.1", "kubernetes.default.svc"} {
		if !slices.Contains(byName["apiserver"].Hosts, host) {
			t.Errorf("the API server's certificate is not valid for %s", host)
		}
	}
	if c := byName["kubelet-worker-1"]; c.User != "system:node:worker-1" || !slices.Equal(c.Groups, []string{"system:nodes"}) || !c.Client || len(c.Hosts) > 0 {
		t.Errorf("a kubelet calls as %+v", c)
	}
	if c := byName["serving-worker-1"]; !slices.Contains(c.Hosts, "10.213.0.12") || c.Client {
		t.Errorf("a kubelet serves as %+v", c)
	}
	for name, c := range byName {
		if slices.Contains(c.Groups, "system:masters") != (name == "admin") {
			t.Errorf("%s has the groups %q", name, c.Groups)
		}
	}
}

// TestEnsureKeysMakesEveryFile covers the files that programs are told to read.
func TestEnsureKeysMakesEveryFile(t *testing.T) {
	dir := clusterdir.Dir(t.TempDir())
	if err := EnsureKeys(dir, topology.FirstNodes(2), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		dir.KubeconfigFile(), dir.KeyFile("scheduler.kubeconfig"), dir.KeyFile("controller-manager.kubeconfig"), dir.KeyFile("proxy.kubeconfig"),
		dir.KeyFile("kubelet-server.kubeconfig"), dir.KeyFile("kubelet-worker-1.kubeconfig"), dir.KeyFile("front-proxy-ca.crt"),
		dir.KeyFile("service-accounts.pub"), dir.KeyFile("serving-worker-1.key"),
	} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
}
