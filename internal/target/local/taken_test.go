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

// occupy takes a free port, as another person's app would, until give is called.
func occupy(t *testing.T, port int) (give func()) {
	t.Helper()
	ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return func() { ln.Close() }
}

func (p *place) listeners(target *Target) []deploy.Listener {
	p.t.Helper()
	return observe(p.t, target).Entrances.Listeners
}

// A second person's app, or a second app of the same person, gets ports of its
// own in place of the defaults, and keeps them.
func TestTakenDefaultPortsAreReplacedAndKept(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.local.App = freePorts(t, 8)
	p.local.Ingress = []int{p.local.App + 1}
	give := occupy(t, p.local.App)
	occupy(t, p.local.Ingress[0])
	p.local.Defaulted = config.Defaulted{App: true, Ingress: true}
	target := p.target("shop")
	planned, err := target.Preflight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.unlock(p.deployFirst(t.Context(), target, 1))
	first := p.listeners(target)
	for i, l := range first {
		if !l.Open || l.InsteadOf == 0 || l.Port == l.InsteadOf || l.URL != planned[i].URL {
			t.Errorf("%+v, planned %+v", l, planned[i])
		}
		if status, _, err := targettest.Ask(t.Context(), p.harness().Client, l.URL+"/version"); status != http.StatusOK {
			t.Errorf("%s: %d, %v", l.URL, status, err)
		}
	}
	give()
	s := p.lock(target)
	p.swap(s, target, color.Green, "v1.1.0")
	p.unlock(s)
	if now := p.listeners(target); len(now) != 2 || now[0].URL != first[0].URL || now[1].URL != first[1].URL {
		t.Errorf("the addresses changed from %+v to %+v", first, now)
	}

	cart := p.target("cart")
	p.unlock(p.deployFirst(t.Context(), cart, 1))
	for i, l := range p.listeners(cart) {
		if !l.Open || l.Port == first[i].Port {
			t.Errorf("the second app: %+v", l)
		}
	}
}

func TestPreflightFailsForAWrittenPortOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	occupy(t, p.local.App)
	if list, err := p.target("shop").Preflight(t.Context()); err == nil {
		t.Errorf("a written port that is taken: %+v", list)
	}
	p.local.Defaulted.App = true
	if _, err := p.target("shop").Preflight(t.Context()); err != nil {
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
	target := p.target("shop")
	p.unlock(p.deployFirst(t.Context(), target, 1))
	list, err := target.Preflight(t.Context())
	if err != nil || len(list) != 2 || !list[0].Open || !list[1].Open {
		t.Errorf("%+v, %v", list, err)
	}
}

// A port that is another program's when the agent comes back is not given up:
// the status says that it is closed and why, and it opens as soon as it can.
func TestAnEntranceThatWasTakenAtTheStartOpensLater(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.target("shop")
	p.unlock(p.deployFirst(t.Context(), target, 1))
	url := observe(t, target).Entrances.Public[0]
	now := ping(t, target)
	kill(t, now.Keeper, now.Agent)
	p.until("the port to be free", func() bool {
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.local.App)))
		if err != nil {
			return false
		}
		t.Cleanup(func() { ln.Close() })
		if l := p.listeners(target); l[0].Open || l[0].Reason != "address already in use" || !l[1].Open {
			t.Errorf("while the port is taken: %+v", l)
		}
		if public := observe(t, target).Entrances.Public; len(public) != 1 || public[0] == url {
			t.Errorf("public while the port is taken: %v", public)
		}
		ln.Close()
		return true
	})
	p.until("the entrance to open", func() bool { return p.listeners(target)[0].Open })
	if status, _, err := targettest.Ask(t.Context(), p.harness().Client, url+"/version"); status != http.StatusOK {
		t.Errorf("afterwards: %d, %v", status, err)
	}
}
