package programs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

func readModule(t *testing.T) *modfile.File {
	t.Helper()
	file := filepath.Join("..", "..", "..", "..", "cluster", "go.mod")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := modfile.Parse(file, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestStagingIsPinned: k8s.io/kubernetes needs the libraries that were released
// with it, and other modules require newer ones.
func TestStagingIsPinned(t *testing.T) {
	f := readModule(t)
	staging := "v0." + strings.TrimPrefix(KubernetesVersion, "v1.")
	replaced := map[string]bool{}
	for _, r := range f.Replace {
		if path, ok := strings.CutPrefix(r.Old.Path, "k8s.io/"); ok {
			replaced[r.Old.Path] = true
			if r.New.Path != r.Old.Path || r.New.Version != staging {
				t.Errorf("%s is replaced by %s %s, want %s", path, r.New.Path, r.New.Version, staging)
			}
		}
	}
	own := map[string]bool{"k8s.io/kubernetes": true, "k8s.io/klog": true, "k8s.io/klog/v2": true, "k8s.io/kube-openapi": true,
		"k8s.io/utils": true, "k8s.io/gengo/v2": true, "k8s.io/system-validators": true, "k8s.io/streaming": true}
	for _, r := range f.Require {
		if strings.HasPrefix(r.Mod.Path, "k8s.io/") && !own[r.Mod.Path] && !replaced[r.Mod.Path] {
			t.Errorf("%s %s is not pinned to %s", r.Mod.Path, r.Mod.Version, staging)
		}
	}
}

func TestVersionsMatchTheModule(t *testing.T) {
	versions := map[string]string{}
	for _, r := range readModule(t).Require {
		versions[r.Mod.Path] = r.Mod.Version
	}
	for path, want := range map[string]string{
		"k8s.io/kubernetes":                         KubernetesVersion,
		"github.com/coredns/coredns":                coreDNSVersion,
		"sigs.k8s.io/metrics-server":                metricsServerVersion,
		"github.com/rancher/local-path-provisioner": localPathVersion,
		"github.com/traefik/traefik/v3":             traefikVersion,
	} {
		if versions[path] != want {
			t.Errorf("%s is %s in go.mod, %s here", path, versions[path], want)
		}
	}
}
