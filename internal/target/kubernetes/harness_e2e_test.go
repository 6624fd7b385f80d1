//go:build e2e

package kubernetes

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/targettest"
)

// loadCommand brings an image to a node of the cluster that `cluster up`
// makes; VERSION_MANAGER_E2E_LOAD names another one. Tests that run at the same
// time take turns: ctr refuses an image that another ctr is importing.
const loadCommand = "flock /var/lib/version-manager/cluster/run/{node}/e2e-load.lock ctr -a /var/lib/version-manager/cluster/run/{node}/containerd.sock -n k8s.io images import -"

// built is what all tests of this file share: they differ in the namespace
// that they use.
type built struct {
	state   string // folder with the release store
	image   string // digest of the fixture app
	program string // version-manager, of which the sidecar's image is made
}

// build compiles the programs, the control plane's only if
// VERSION_MANAGER_E2E_PROGRAM does not say where it is.
func build() (built, error) {
	dir, err := os.MkdirTemp("", "version-manager-e2e-")
	if err != nil {
		return built{}, err
	}
	b := built{state: filepath.Join(dir, "state"), program: os.Getenv("VERSION_MANAGER_E2E_PROGRAM")}
	if b.program == "" {
		b.program = filepath.Join(dir, "version-manager")
		if err := compile("cmd/version-manager", b.program); err != nil {
			return b, err
		}
	}
	app := filepath.Join(dir, "app")
	if err := compile("test/app", app); err != nil {
		return b, err
	}
	b.image, err = storeImage(b.state, app, thisArch)
	return b, err
}

func compile(pkg, to string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", to, "version-manager/"+pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", pkg, err, text)
	}
	return nil
}

// cluster is what the tests of this file use together.
type cluster struct{ built built }

func newCluster(t *testing.T) *cluster {
	t.Helper()
	if os.Getenv("KUBECONFIG") == "" {
		t.Fatal("KUBECONFIG names no cluster to test with")
	}
	b, err := build()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(b.state)) })
	return &cluster{b}
}

// options are those of an app that has a namespace, and a host name, for
// itself.
func (c *cluster) options(t *testing.T) Options {
	name := "e2e-" + strings.ToLower(rand.Text()[:8])
	load := os.Getenv("VERSION_MANAGER_E2E_LOAD")
	if load == "" {
		load = loadCommand
	}
	o := Options{App: "shop", State: c.built.state, Namespace: name, Self: []string{c.built.program},
		Config: config.Kubernetes{Hosts: []string{name + ".test"}, Preview: "preview." + name + ".test", Load: strings.Fields(load)}}
	t.Cleanup(func() { dropNamespace(t, name) })
	return o
}

func dropNamespace(t *testing.T, name string) {
	k, err := kube.OpenClient(kube.Options{})
	if err != nil {
		t.Error(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := k.DeleteObject(ctx, kube.Ref{Kind: "Namespace", Name: name}); err != nil {
		t.Errorf("delete namespace %s: %v", name, err)
	}
}

func (c *cluster) target(t *testing.T, o Options) *Target {
	t.Helper()
	target, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(target.Close)
	return target
}

func (c *cluster) release(v release.Version, env map[string]string) release.Release {
	return release.Release{App: "shop", Version: v, Image: c.built.image, ConfigID: fmt.Sprintf("sha256:%x", env), Config: config.App{
		Name: "shop", Port: 8080, Health: "/readyz", Env: env, Replicas: 1,
		Drain:      config.Duration{Duration: 10 * time.Second},
		Gate:       config.Gate{Timeout: config.Duration{Duration: time.Minute}},
		Kubernetes: config.Kubernetes{Resources: config.Resources{CPU: "10m", Memory: "32Mi"}},
	}}
}

func (c *cluster) harness(t *testing.T) targettest.Harness {
	target := c.target(t, c.options(t))
	return targettest.Harness{
		Target:   target,
		Release:  c.release,
		Client:   &http.Client{Transport: &http.Transport{DialContext: target.Dial, DisableKeepAlives: true}, Timeout: 40 * time.Second},
		Patience: 2 * time.Minute,
		Slow:     20 * time.Second,
	}
}
