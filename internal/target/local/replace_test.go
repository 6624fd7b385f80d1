package local

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
	"version-manager/internal/target/targettest"
)

// anotherBuild is a target whose program differs from the one that runs.
func (p *place) anotherBuild() *Target {
	p.t.Helper()
	program, err := os.ReadFile(os.Args[0])
	file := filepath.Join(p.t.TempDir(), "version-manager")
	if err == nil {
		err = os.WriteFile(file, append(program, 0), 0o700)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	target, err := NewTarget(Options{App: "shop", State: p.state, Local: p.local, Project: filepath.Dir(p.state), Agent: []string{file}})
	if err != nil {
		p.t.Fatal(err)
	}
	return target
}

func TestAnotherBuildTakesOverUnderLoad(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	older := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), older, 2))
	before, was := observeTarget(t, older), pingAgent(t, older)
	url := before.Entrances.Public[0]
	slow := make(chan int, 1)
	go func() {
		status, _, _ := targettest.Ask(t.Context(), p.newHarness().Client, url+"/slow?for=2s")
		slow <- status
	}()
	socket := dialSocket(t, url)
	p.waitUntil("every request is in flight", func() bool {
		c := observeTarget(t, older).Colors["blue"]
		return c.InFlight == 1 && c.Tunnels == 1
	})
	traffic := targettest.Pester(t, p.newHarness().Client, url+"/version", before.Entrances.Public[1]+"/version")
	p.waitUntil("some traffic", func() bool { return traffic.Sent() > 50 })

	newer := p.anotherBuild()
	s := p.acquireLock(newer)
	now := pingAgent(t, newer)
	if now.Build == was.Build || now.Agent == was.Agent || now.Keeper == was.Keeper {
		t.Errorf("processes were %+v and are %+v", was, now)
	}
	sameAs(t, before, observeTarget(t, newer))
	sent := traffic.Sent()
	p.waitUntil("more traffic", func() bool { return traffic.Sent() > sent+50 })
	if sent, failed := traffic.Stop(); len(failed) > 0 {
		t.Errorf("%d of %d requests failed, such as %s", len(failed), sent, failed[0])
	}
	if status := waittest.Receive(t, slow); status != http.StatusOK {
		t.Errorf("the request in flight got %d", status)
	}
	wantGoodbye(t, socket)
	p.swapPorts(s, newer, "green", "v1.1.0")
	p.releaseLock(s)
	killProcess(t, now.Agent)
	if again := pingAgent(t, newer); again.Build != now.Build {
		t.Errorf("after a kill %+v serves, before it was %+v", again, now)
	}
}

// A request that takes longer than a switch is answered by the agent that began
// it, and nothing else is changed before that.
func TestAnotherBuildWaitsForWhatIsInFlight(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	older := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), older, 1))
	slow := make(chan int, 1)
	url := observeTarget(t, older).Entrances.Public[0]
	go func() {
		status, _, _ := targettest.Ask(t.Context(), p.newHarness().Client, url+"/slow?for=4s")
		slow <- status
	}()
	p.waitUntil("the request to be in flight", func() bool { return observeTarget(t, older).Colors["blue"].InFlight == 1 })
	p.releaseLock(p.acquireLock(p.anotherBuild()))
	select {
	case status := <-slow:
		if status != http.StatusOK {
			t.Errorf("the request got %d", status)
		}
	case <-time.After(time.Second):
		t.Error("the lock was given before the request was answered")
	}
}

// A client that is connected and has said nothing yet is answered, too.
func TestAnotherBuildWaitsForConnectionsWithoutARequest(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	older := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), older, 1))
	url := observeTarget(t, older).Entrances.Public[0]
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// Connections are accepted in the order in which they were made.
	if status, _, err := targettest.Ask(t.Context(), p.newHarness().Client, url+"/version"); status != http.StatusOK {
		t.Fatal(status, err)
	}
	p.releaseLock(p.acquireLock(p.anotherBuild()))
	if _, err := io.WriteString(conn, "GET /version HTTP/1.1\r\nHost: shop\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusOK || !res.Close {
		t.Errorf("answer %+v, %v, want a 200 that closes", res, err)
	}
}

func TestAProgramThatCannotTakeOver(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	target := p.newTarget("shop")
	p.releaseLock(p.deployFirst(t.Context(), target, 1))
	before, was := observeTarget(t, target), pingAgent(t, target)
	broken, err := NewTarget(Options{App: "shop", State: p.state, Local: p.local, Agent: []string{"false"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := broken.AcquireLock(t.Context(), "test"); err == nil || !strings.Contains(err.Error(), "replace the agent") {
		t.Errorf("Lock = %v", err)
	}
	if now := pingAgent(t, target); now != was {
		t.Errorf("processes were %+v and are %+v", was, now)
	}
	sameAs(t, before, observeTarget(t, target))
	p.releaseLock(p.acquireLock(target))
}
