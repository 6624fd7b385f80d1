package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/agent"
	"version-manager/internal/agent/listening"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/process"
	"version-manager/internal/release"
	"version-manager/internal/target/targettest"
)

// TestMain is the tests, or the agent that they start.
func TestMain(m *testing.M) {
	process.Launch()
	if len(os.Args) == 4 && os.Args[1] == "agent" {
		if err := agent.RunAgent(os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// place is a state folder with a release store and an agent.
type place struct {
	t     *testing.T
	state string
	local config.Local
	image string // digest
}

func newPlace(t *testing.T) *place {
	t.Helper()
	program, err := fixtureApp()
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, state: filepath.Join(t.TempDir(), ".version-manager")}
	for _, dir := range []string{filepath.Dir(p.state), filepath.Dir(filepath.Dir(p.state))} {
		if err := os.Chmod(dir, 0o711); err != nil { // an app of root's runs as somebody else
			t.Fatal(err)
		}
	}
	p.local = config.Local{Address: "127.0.0.1", App: freePort(t), Ingress: []int{freePort(t)}, Preview: "preview.localhost"}
	p.image = p.storeImageFiles(program)
	t.Cleanup(p.endAgent)
	return p
}

// freePort returns a port that no outgoing connection takes by chance and
// that no other test of this run gets.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 10000 + (os.Getpid()*50+int(nextPort.Add(1)))%9000
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			ln.Close()
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

// freePorts returns the first of n ports in a row like that.
func freePorts(t *testing.T, n int) int {
	t.Helper()
	for range 100 {
		last := 10000 + (os.Getpid()*50+int(nextPort.Add(int64(n))))%9000
		free := 0
		for port := last - n + 1; port <= last; port++ {
			if listening.TryListen(net.JoinHostPort("127.0.0.1", strconv.Itoa(port))) == nil {
				free++
			}
		}
		if free == n && last-n >= 10000 {
			return last - n + 1
		}
	}
	t.Fatalf("no %d free ports in a row", n)
	return 0
}

var nextPort atomic.Int64

func (p *place) newTarget(app string) *Target {
	p.t.Helper()
	t, err := NewTarget(Options{App: app, State: p.state, Local: p.local, Project: filepath.Dir(p.state), Agent: []string{os.Args[0]}})
	if err != nil {
		p.t.Fatal(err)
	}
	return t
}

func (p *place) makeRelease(app string, v release.Version, env map[string]string) release.Release {
	return release.Release{App: app, Version: v, Image: p.image, Config: config.App{
		Name: app, Health: "/readyz", Env: env, Drain: config.Duration{Duration: 5 * time.Second}}}
}

// client reaches the preview host without a resolver that knows it.
func (p *place) newHarness() targettest.Harness {
	return targettest.Harness{
		Target: p.newTarget("shop"),
		Release: func(v release.Version, env map[string]string) release.Release {
			return p.makeRelease("shop", v, env)
		},
		Client: targettest.PlainClient(func(address string) string {
			return strings.Replace(address, "preview.localhost", "127.0.0.1", 1)
		}),
		Patience: 20 * time.Second,
	}
}

// endAgent removes the state folder, after which the agent ends everything, and
// makes sure that nothing is left.
func (p *place) endAgent() {
	log := filepath.Join(p.t.TempDir(), "agent.log") // a second name, which survives
	if err := os.Link(filepath.Join(p.state, "agent.log"), log); err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.t.Error(err)
	}
	var left []string
	defer func() {
		if len(left) > 0 {
			p.t.Errorf("still running:\n%s", strings.Join(left, "\n"))
		}
		if text, err := os.ReadFile(log); err == nil && p.t.Failed() {
			p.t.Logf("agent.log:\n%s", text)
		}
	}()
	p.waitUntil("the state folder to be removed", func() bool {
		return os.RemoveAll(p.state) == nil // unless the agent has just written another file
	})
	p.waitUntil("all processes to end", func() bool {
		left = processesIn(p.t, p.state)
		return len(left) == 0
	})
}

func (p *place) waitUntil(what string, ok func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// processesIn lists the command lines that name the folder.
func processesIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if strings.Contains(line, dir) && len(fields) > 1 && !strings.HasPrefix(fields[1], "Z") {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// deployFirst brings v1.0.0 of an app to blue and gives traffic to it.
func (p *place) deployFirst(ctx context.Context, target *Target, replicas int) deploy.Session {
	p.t.Helper()
	s, err := target.AcquireLock(ctx, "test")
	if err != nil {
		p.t.Fatal(err)
	}
	if err := s.ApplySpec(ctx, "blue", deploy.Spec{Release: p.makeRelease(target.app, "v1.0.0", nil), Replicas: replicas}); err != nil {
		p.t.Fatal(err)
	}
	p.waitReady(target, replicas)
	if err := s.SwitchRoute(ctx, "blue", "0"); err != nil {
		p.t.Fatal(err)
	}
	if err := s.ConfirmRoute(ctx, "blue"); err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *place) waitReady(target *Target, n int) {
	p.t.Helper()
	p.waitUntil("ready instances", func() bool {
		o, err := target.ObserveApp(p.t.Context())
		return err == nil && o.Colors["blue"].Ready() == n
	})
}

// scanLines sends the lines of r until it ends.
func scanLines(r io.Reader, to chan<- string) {
	defer close(to)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		to <- lines.Text()
	}
}
