package local

import (
	"net"
	"net/http"
	"strconv"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/target/targettest"
)

// occupyPort takes a free port, as another person's app would, until give is called.
func occupyPort(t *testing.T, port int) (give func()) {
	t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return func() { ln.Close() }
}

func (p *place) listListeners(target *Target) []deploy.Listener {
	p.t.Helper()
	return observeTarget(p.t, target).Entrances.Listeners
}

// A second person's app, or a second app of the same person, gets ports of its
// own in place of the defaults, and keeps them.
func TestTakenDefaultPortsAreReplacedAndKept(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.local.App = freePorts(t, 8)
	p.local.Ingress = []int{p.local.App + 1}
	give := occupyPort(t, p.local.App)
	occupyPort(t, p.local.Ingress[0])
	p.local.Defaulted = config.Defaulted{App: true, Ingress: true}
	target := p.newTarget("shop")
	planned, err := target.CheckListeners(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.releaseLock(p.deployFirst(t.Context(), target, 1))
	first := p.listListeners(target)
	for i, l := range first {
		if !l.Open || l.InsteadOf == 0 || l.Port == l.InsteadOf || l.URL != planned[i].URL {
			t.Errorf("%+v, planned %+v", l, planned[i])
		}
		if status, _, err := targettest.Ask(t.Context(), p.newHarness().Client, l.URL+"/version"); status != http.StatusOK {
			t.Errorf("%s: %d, %v", l.URL, status, err)
		}
	}
	give()
	s := p.acquireLock(target)
	p.swapPorts(s, target, color.Green, "v1.1.0")
	p.releaseLock(s)
	if now := p.listListeners(target); len(now) != 2 || now[0].URL != first[0].URL || now[1].URL != first[1].URL {
		t.Errorf("the addresses changed from %+v to %+v", first, now)
	}

	cart := p.newTarget("cart")
	p.releaseLock(p.deployFirst(t.Context(), cart, 1))
	for i, l := range p.listListeners(cart) {
		if !l.Open || l.Port == first[i].Port {
			t.Errorf("the second app: %+v", l)
		}
	}
}

func TestPreflightFailsForAWrittenPortOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	occupyPort(t, p.local.App)
	if list, err := p.newTarget("shop").CheckListeners(t.Context()); err == nil {
		t.Errorf("a written port that is taken: %+v", list)
	}
	p.local.Defaulted.App = true
	if _, err := p.newTarget("shop").CheckListeners(t.Context()); err != nil {
		t.Errorf("a default port that is taken: %v", err)
	}
	if left := processesIn(t, p.state); len(left) > 0 {
		t.Errorf("a check started %v", left)
	}
}

// What an app listens on is no obstacle to its own next deploy.
func TestPreflightOfARunningApp(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), target, 1))
	list, err := target.CheckListeners(t.Context())
	if err != nil || len(list) != 2 || !list[0].Open || !list[1].Open {
		t.Errorf("%+v, %v", list, err)
	}
}

// A port that is another program's when the agent comes back is not given up:
// the status says that it is closed and why, and it opens as soon as it can.
func TestAnEntranceThatWasTakenAtTheStartOpensLater(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), target, 1))
	url := observeTarget(t, target).Entrances.Public[0]
	now := pingAgent(t, target)
	killProcess(t, now.Keeper, now.Agent)
	p.waitUntil("the port to be free", func() bool {
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.local.App)))
		if err != nil {
			return false
		}
		t.Cleanup(func() { ln.Close() })
		if l := p.listListeners(target); l[0].Open || l[0].Reason != "address already in use" || !l[1].Open {
			t.Errorf("while the port is taken: %+v", l)
		}
		if public := observeTarget(t, target).Entrances.Public; len(public) != 1 || public[0] == url {
			t.Errorf("public while the port is taken: %v", public)
		}
		ln.Close()
		return true
	})
	p.waitUntil("the entrance to open", func() bool { return p.listListeners(target)[0].Open })
	if status, _, err := targettest.Ask(t.Context(), p.newHarness().Client, url+"/version"); status != http.StatusOK {
		t.Errorf("afterwards: %d, %v", status, err)
	}
}
