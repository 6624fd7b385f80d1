package local

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/release"
	"version-manager/internal/target/targettest"
)

// applyVersion makes a version run in a standby color and waits until it is ready.
func (p *place) applyVersion(s deploy.Session, target *Target, c color.Color, v release.Version) {
	p.t.Helper()
	if err := s.ApplySpec(p.t.Context(), c, deploy.Spec{Release: p.makeRelease("shop", v, nil), Replicas: 1}); err != nil {
		p.t.Fatal(err)
	}
	p.waitUntil("an instance to be ready", func() bool { return observeTarget(p.t, target).Colors[c].Ready() == 1 })
}

// swapPorts brings a version to a standby color, gives it the traffic, and retires
// the other.
func (p *place) swapPorts(s deploy.Session, target *Target, c color.Color, v release.Version) {
	p.t.Helper()
	p.applyVersion(s, target, c, v)
	ctx := p.t.Context()
	err := s.SwitchRoute(ctx, c, observeTarget(p.t, target).Revision)
	if err == nil {
		err = s.ConfirmRoute(ctx, c)
	}
	if err == nil {
		err = s.RetireColor(ctx, c.Other())
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) acquireLock(target *Target) deploy.Session {
	p.t.Helper()
	s, err := target.AcquireLock(p.t.Context(), "test")
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *place) releaseLock(s deploy.Session) {
	p.t.Helper()
	if err := s.ReleaseLock(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) newPorts() {
	p.local.App, p.local.Ingress = freePort(p.t), []int{freePort(p.t)}
}

func TestPortsChangeBetweenDeploys(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), first, 1))
	old := observeTarget(t, first).Entrances.Public

	p.newPorts()
	target := p.newTarget("shop")
	s := p.acquireLock(target)
	traffic := []*targettest.Traffic{targettest.Pester(t, p.newHarness().Client, old[0]+"/version", old[1]+"/version")}
	p.applyVersion(s, target, "green", "v1.1.0")
	both := observeTarget(t, target).Entrances.Public
	if len(both) != 4 {
		t.Fatalf("during the deploy the entrances are %v", both)
	}
	traffic = append(traffic, targettest.Pester(t, p.newHarness().Client, both[0]+"/version", both[1]+"/version"))
	killProcess(t, pingAgent(t, target).Keeper) // the next one keeps all four
	p.swapPorts(s, target, "green", "v1.1.0")
	for _, tr := range traffic {
		if sent, failed := tr.Stop(); len(failed) > 0 || sent == 0 {
			t.Errorf("%d of %d requests failed, such as %v", len(failed), sent, failed)
		}
	}
	slow := make(chan int, 1)
	go func() {
		status, _, _ := targettest.Ask(t.Context(), p.newHarness().Client, old[0]+"/slow?for=2s")
		slow <- status
	}()
	p.waitUntil("a request through the old entrance", func() bool { return observeTarget(t, target).Colors["green"].InFlight == 1 })
	p.releaseLock(s)
	if now := observeTarget(t, target).Entrances.Public; len(now) != 2 || now[0] != both[0] || now[1] != both[1] {
		t.Errorf("afterwards the entrances are %v, were %v", now, both)
	}
	for _, url := range old {
		if _, err := waittest.Client(t, nil).Get(url); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v, want it closed", url, err)
		}
	}
	if status := waittest.Receive(t, slow); status != http.StatusOK {
		t.Errorf("the request that began before got %d", status)
	}
}

func TestRollbackNeedsNoOldPort(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), first, 1))
	old := observeTarget(t, first).Entrances.Public[0]

	p.newPorts()
	target := p.newTarget("shop")
	s := p.acquireLock(target)
	p.swapPorts(s, target, "green", "v1.1.0")
	p.releaseLock(s)
	other, err := net.Listen("tcp", strings.TrimPrefix(old, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s = p.acquireLock(target)
	p.swapPorts(s, target, "blue", "v1.0.0")
	p.releaseLock(s)
	if status, id, err := targettest.Ask(t.Context(), p.newHarness().Client, observeTarget(t, target).Entrances.Public[0]+"/version"); err != nil || id.Version != "v1.0.0" {
		t.Errorf("answered with %d by %+v, %v", status, id, err)
	}
}

func TestAFailedDeployLeavesThePorts(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), first, 1))
	before := observeTarget(t, first)

	p.newPorts()
	new := "127.0.0.1:" + strconv.Itoa(p.local.App)
	target := p.newTarget("shop")
	s := p.acquireLock(target)
	p.applyVersion(s, target, "green", "v1.1.0")
	if err := s.RetireColor(t.Context(), "green"); err != nil {
		t.Fatal(err)
	}
	p.releaseLock(s)
	sameAs(t, before, observeTarget(t, target))
	if _, err := net.Dial("tcp", new); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the new port: %v, want it closed", err)
	}

	other, err := net.Listen("tcp", new)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	s = p.acquireLock(target)
	if err := s.ApplySpec(t.Context(), "green", deploy.Spec{Release: p.makeRelease("shop", "v1.1.0", nil), Replicas: 1}); err == nil {
		t.Error("the new port was had although it is taken")
	}
	p.releaseLock(s)
	sameAs(t, before, observeTarget(t, target))
}

func TestPreviewAndCertificateChange(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	first := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), first, 1))
	old := observeTarget(t, first).Entrances

	pool := writeCertificate(t, filepath.Dir(p.state))
	p.local.Cert, p.local.Key, p.local.Preview = "cert.pem", "key.pem", "localhost"
	target := p.newTarget("shop")
	s := p.acquireLock(target)
	p.applyVersion(s, target, "green", "v1.1.0")
	now := observeTarget(t, target).Entrances
	if want := strings.Replace(old.Public[1], "http:", "https:", 1); len(now.Public) != 2 || now.Public[1] != want {
		t.Errorf("entrances are %+v, want %s", now, want)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}, DisableKeepAlives: true}}
	for url, want := range map[string]color.Color{now.Public[0]: "blue", now.Public[1]: "blue", now.Preview: "green"} {
		if status, id, err := targettest.Ask(t.Context(), client, url+"/version"); err != nil || id.Color != want {
			t.Errorf("%s: %d, %+v, %v, want %s", url, status, id, err, want)
		}
	}
	p.releaseLock(s)
}
