package onemachine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/pki"
)

func TestCertificates(t *testing.T) {
	byName := map[string]pki.Certificate{}
	for _, c := range certificates(nodes(2)) {
		byName[c.Name] = c
	}
	for _, host := range []string{"127.0.0.1", "10.213.0.11", "10.96.0.1", "kubernetes.default.svc"} {
		if !slices.Contains(byName["apiserver"].Hosts, host) {
			t.Errorf("the API server cannot be reached as %s", host)
		}
	}
	if c := byName["kubelet-worker-1"]; c.User != "system:node:worker-1" || !slices.Equal(c.Groups, []string{"system:nodes"}) || !c.Client || len(c.Hosts) > 0 {
		t.Errorf("a kubelet calls as %+v", c)
	}
	if c := byName["serving-worker-1"]; !slices.Contains(c.Hosts, "10.213.0.12") || c.Client {
		t.Errorf("a kubelet serves as %+v", c)
	}
	for name, c := range byName {
		if slices.Contains(c.Groups, "system:masters") && name != "admin" {
			t.Errorf("%s may do everything", name)
		}
	}
}

// TestEnsureKeys: every file that a program is told to read is made.
func TestEnsureKeys(t *testing.T) {
	l := layout(t.TempDir())
	if err := l.ensureKeys(nodes(2), time.Now()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		l.kubeconfig(), l.key("scheduler.kubeconfig"), l.key("controller-manager.kubeconfig"), l.key("proxy.kubeconfig"),
		l.key("kubelet-server.kubeconfig"), l.key("kubelet-worker-1.kubeconfig"), l.key("front-proxy-ca.crt"),
		l.key("service-accounts.pub"), l.key("serving-worker-1.key"),
	} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
}
