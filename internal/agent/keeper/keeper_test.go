package keeper

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "agent" {
		if err := RunPair(os.Args[2], false, func(l *Link) error { return serveTestAgent(os.Args[2], l) }); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveTestAgent is an agent that answers with its own and its keeper's number, and
// ends when it is asked for /quit or when its folder is gone.
func serveTestAgent(dir string, l *Link) error {
	ln, err := l.OpenListener("web", func() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") })
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "address")
	if err := os.WriteFile(path+".new", []byte(ln.Addr().String()), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, os.Getpid(), " ", l.KeeperPID()) })
	mux.HandleFunc("/hand-over", func(w http.ResponseWriter, r *http.Request) {
		if err := l.HandOver([]string{r.FormValue("to"), "agent", dir}, func() {}); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		defer cancel()
	})
	mux.HandleFunc("/quit", func(http.ResponseWriter, *http.Request) { cancel() })
	var open atomic.Int64
	srv := &http.Server{Handler: mux, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
		}
	}}
	srv.SetKeepAlivesEnabled(false)
	served := make(chan struct{})
	go func() {
		defer close(served)
		srv.Serve(ln)
	}()
	go func() {
		for ; ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
			if _, err := os.Stat(dir); err != nil {
				cancel()
			}
		}
	}()
	<-ctx.Done()
	// Shutdown would drop a request that comes over a connection which was
	// accepted a moment ago.
	ln.Close()
	<-served
	for deadline := time.Now().Add(5 * time.Second); open.Load() > 0 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	return nil
}

type processes struct{ agent, keeper int }

type fixture struct {
	t   *testing.T
	dir string
	url string
}

func startFixture(t *testing.T) *fixture {
	f := &fixture{t: t, dir: t.TempDir()}
	f.launchPair()
	f.waitUntil("an address", func() bool {
		addr, err := os.ReadFile(filepath.Join(f.dir, "address"))
		f.url = "http://" + string(addr)
		return err == nil
	})
	t.Cleanup(func() {
		http.Get(f.url + "/quit")
		f.waitUntil("an end", func() bool { l, err := lockFolder(f.dir); return l != nil && l.Close() == nil && err == nil })
	})
	return f
}

// launchPair starts a process and returns a channel that is closed when it has
// ended.
func (f *fixture) launchPair() (ended <-chan struct{}) {
	f.t.Helper()
	cmd := exec.Command(os.Args[0], "agent", f.dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	over := make(chan struct{})
	go func() { cmd.Wait(); close(over) }()
	return over
}

func (f *fixture) waitUntil(what string, ok func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(waittest.Timeout); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.t.Fatalf("no sign of %s", what)
		}
	}
}

// askAgent opens a fresh connection and returns who answered.
func (f *fixture) askAgent() (p processes, err error) {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	res, err := c.Get(f.url)
	if err != nil {
		return p, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return p, err
	}
	_, err = fmt.Sscan(string(body), &p.agent, &p.keeper)
	return p, err
}

func (f *fixture) mustAsk() processes {
	f.t.Helper()
	p, err := f.askAgent()
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

// killProcess ends processes at the same instant: all are stopped first, so that none
// of them brings back another one.
func killProcess(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGSTOP) // what is gone fails below
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatalf("kill %d: %v", pid, err)
		}
	}
}

func TestKilledAgentRefusesNoConnection(t *testing.T) {
	f := startFixture(t)
	var refused, asked atomic.Int64
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
			}
			asked.Add(1)
			if _, err := f.askAgent(); err != nil && strings.Contains(err.Error(), "refused") {
				refused.Add(1)
			}
		}
	}()
	for range 3 {
		before := f.mustAsk()
		killProcess(t, before.agent)
		f.waitUntil("a new agent", func() bool { now, err := f.askAgent(); return err == nil && now.agent != before.agent })
		if now := f.mustAsk(); now.keeper != before.keeper {
			t.Errorf("the keeper changed: %v, %v", before, now)
		}
	}
	close(stop)
	waittest.Receive(t, ended)
	if n := refused.Load(); n > 0 {
		t.Errorf("%d of %d connections were refused", n, asked.Load())
	}
}

func TestKilledKeeperIsReplacedAndTakesOver(t *testing.T) {
	f := startFixture(t)
	for range 2 {
		before := f.mustAsk()
		killProcess(t, before.keeper)
		f.waitUntil("a new keeper", func() bool { now, err := f.askAgent(); return err == nil && now.keeper != before.keeper })
		now := f.mustAsk()
		if now.agent != before.agent {
			t.Errorf("the agent changed: %v, %v", before, now)
		}
		killProcess(t, now.agent)
		f.waitUntil("a new agent", func() bool { last, err := f.askAgent(); return err == nil && last.agent != now.agent })
	}
}

func TestOnlyOneOfManyStarters(t *testing.T) {
	f := startFixture(t)
	before := f.mustAsk()
	var late []<-chan struct{}
	for range 5 {
		late = append(late, f.launchPair())
	}
	for range 20 {
		if now := f.mustAsk(); now != before {
			t.Fatalf("answered by %v, then by %v", before, now)
		}
	}
	for _, ended := range late { // of themselves, and before the first one does: they would take its place
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatal("a second keeper lives")
		}
	}
	if now := f.mustAsk(); now != before {
		t.Errorf("answered by %v, then by %v", before, now)
	}
}

func TestBothKilledThenStartedAgain(t *testing.T) {
	f := startFixture(t)
	p := f.mustAsk()
	killProcess(t, p.keeper, p.agent)
	f.waitUntil("the lock", func() bool { l, err := lockFolder(f.dir); return l != nil && l.Close() == nil && err == nil })
	if err := os.Remove(filepath.Join(f.dir, "address")); err != nil {
		t.Fatal(err)
	}
	f.launchPair()
	f.waitUntil("an address", func() bool {
		addr, err := os.ReadFile(filepath.Join(f.dir, "address"))
		f.url = "http://" + string(addr)
		return err == nil
	})
	if now := f.mustAsk(); now == p {
		t.Errorf("still %v", now)
	}
}

// A service that finds somebody else at work waits for its turn, and makes no
// folder that somebody has removed.
func TestAwaitLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	first, err := lockFolder(dir)
	if err != nil || first == nil {
		t.Fatal(first, err)
	}
	got := make(chan *os.File, 1)
	go func() {
		f, err := awaitLock(dir)
		if err != nil {
			t.Error(err)
		}
		got <- f
	}()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	select {
	case <-got:
		t.Fatal("the lock was had in a folder that is gone")
	case <-time.After(3 * lockPollInterval):
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder was recreated: %v", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	select {
	case f := <-got:
		f.Close()
	case <-time.After(20 * time.Second):
		t.Fatal("no turn in a folder that nobody serves")
	}
	first.Close()
}
