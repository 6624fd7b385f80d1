package manifest

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/release"
)

// minimal is an app about which as little as possible is said.
func minimal(t *testing.T) App {
	return App{Release: released(t, "v1.0.0", "name: hello\nbuild: {package: .}\n"), Color: color.Blue,
		Image: "version-manager.local/hello:0123456789ab", Sidecar: "version-manager.local/sidecar:ba9876543210"}
}

// everything is an app about which everything is said.
func everything(t *testing.T) App {
	return App{
		Release: released(t, "v1.12.0-rc.1", `
name: shop
build: {package: ./cmd/shop}
port: 443
health: /readyz
replicas: 3
autoscale: {min: 2, max: 12, cpu: 55}
env: {GREETING: "costs $5 or $(PORT)", A: b, HOME: /elsewhere}
secrets: [API_KEY, TOKEN]
drain: 90s
gate: {timeout: 10m}
kubernetes:
  namespace: team
  hosts: [shop.example.com, www.shop.example.com]
  preview: next.shop.example.com
  gateway: kube-system/main
  registry: registry.example.com/team
  pullSecret: registry
  resources: {cpu: 250m, memory: 128Mi, cpuLimit: "2", memoryLimit: 512Mi}
`),
		Color: color.Green, Image: "registry.example.com/team/shop@sha256:01", Sidecar: "registry.example.com/team/sidecar@sha256:02",
		User: 1000, PullPolicy: corev1.PullAlways, Replicas: 5, Sleep: 15 * time.Second, Proxies: []string{"kube-system", "edge"},
		Secrets: map[string]string{"API_KEY": "of-the-test"}, SecretsRevision: "4711",
	}
}

func released(t *testing.T, v release.Version, yaml string) release.Release {
	t.Helper()
	c, err := config.ParseYAML([]byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return release.Release{App: c.Name, Version: v, Image: "sha256:0123", ConfigID: "sha256:4567", Config: c}
}

func all(t *testing.T, a App) []*kube.Object {
	t.Helper()
	list, err := AllObjects(a)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// find returns the only object of a kind and name.
func find(t *testing.T, list []*kube.Object, kind, name string) *kube.Object {
	t.Helper()
	for _, o := range list {
		if o.GetKind() == kind && o.GetName() == name {
			return o
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return nil
}
