package kube

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDirect: only who says so goes past the proxy.
func TestDirect(t *testing.T) {
	for name, tt := range map[string]struct {
		cluster string
		direct  bool
	}{
		"plain":  {"{server: 'https://203.0.113.1'}", false},
		"direct": {"{server: 'https://203.0.113.1', extensions: [{name: version-manager/direct, extension: {}}]}", true},
		"other":  {"{server: 'https://203.0.113.1', extensions: [{name: minikube, extension: {}}]}", false},
	} {
		file := filepath.Join(t.TempDir(), "kubeconfig")
		text := "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: " + tt.cluster + "}]\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := OpenClient(Options{Kubeconfig: file})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if (c.config.Proxy != nil) != tt.direct {
			t.Errorf("%s: direct is %t", name, !tt.direct)
		}
		if tt.direct {
			if via, err := c.config.Proxy(nil); via != nil || err != nil {
				t.Errorf("%s: through %v, %v", name, via, err)
			}
		}
	}
}
