package pki

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

func TestKubeconfig(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now(), clientCertificate())
	path := filepath.Join(dir, "kubeconfig")
	if err := (Kubeconfig{Context: "local", Server: "https://10.0.0.1:6443", Owner: "client", Extension: "near"}).WriteFile(dir, path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var k kubeconfig
	if err := yaml.UnmarshalStrict(content, &k); err != nil {
		t.Fatal(err)
	}
	if k.CurrentContext != "local" || k.Contexts[0].Context.Cluster != k.Clusters[0].Name || k.Contexts[0].Context.User != k.Users[0].Name {
		t.Errorf("its parts do not refer to each other:\n%s", content)
	}
	if k.Clusters[0].Cluster.Server != "https://10.0.0.1:6443" {
		t.Errorf("server %q", k.Clusters[0].Cluster.Server)
	}
	if e := k.Clusters[0].Cluster.Extensions; len(e) != 1 || e[0].Name != "near" || e[0].Extension == nil {
		t.Errorf("extensions %v", e)
	}
	for name, got := range map[string][]byte{
		"ca.crt":     k.Clusters[0].Cluster.CA,
		"client.crt": k.Users[0].User.Certificate,
		"client.key": k.Users[0].User.Key,
	} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not in it: %v", name, err)
		}
	}
}

func TestKubeconfigNeedsAKey(t *testing.T) {
	dir := t.TempDir()
	mustEnsure(t, dir, time.Now())
	if err := (Kubeconfig{Owner: "missing"}).WriteFile(dir, filepath.Join(dir, "kubeconfig")); err == nil {
		t.Error("a kubeconfig without a key was written")
	}
}
