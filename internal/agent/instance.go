package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/agent/logs"
	"version-manager/internal/agent/process"
	"version-manager/internal/atomicfile"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// termGrace is how long an instance may take to end after SIGTERM.
const termGrace = 10 * time.Second

// instance keeps one copy of the app running: it starts it, or adopts the one
// that an earlier agent started, checks its health and starts it again when it
// ends. What is known of the process is in a file, so that the next agent
// finds it.
type instance struct {
	id      string
	color   color.Color
	key     string // of what it runs; see wanted
	plan    func() (*plan, error)
	health  string // path
	file    string // the record
	out     *logs.Collector
	client  *http.Client
	ports   *ports
	changed func() // called without locks when readiness changed

	stopping chan struct{}
	begun    chan struct{} // closed when it was adopted or started, or could not be
	done     chan struct{}

	mu     sync.Mutex
	run    record
	reason string
	failed error // of the last start
	leaves bool  // no new requests
}

// record is what the next agent has to know.
type record struct {
	Proc     process.Identity `json:"process"`
	Key      string           `json:"key"`
	Address  string           `json:"address"`
	Started  time.Time        `json:"started"`
	Restarts int              `json:"restarts"`
	Ready    bool             `json:"ready"`
}

func readRecord(file string) (r record, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(b, &r)
}

func (r record) write(file string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return atomicfile.Write(file, b, 0o600)
}

// newInstance begins to supervise. A record of the same key is adopted.
func newInstance(n int, s *side, client *http.Client, ports *ports, changed func()) (*instance, error) {
	id := instanceID(s.color, n)
	i := &instance{
		id: id, color: s.color, key: s.want.Key, plan: s.plan, health: s.want.Release.Config.Health, client: client, ports: ports, changed: changed,
		file:     s.paths.run(id + ".json"),
		stopping: make(chan struct{}), begun: make(chan struct{}), done: make(chan struct{}),
	}
	var err error
	if i.out, err = logs.Collect(s.paths.run(id+".fifo"), s.paths.log(id)); err != nil {
		return nil, fmt.Errorf("instance %s: %w", id, err)
	}
	if r, err := readRecord(i.file); err == nil && r.Key == i.key {
		i.run = r
	}
	go i.supervise()
	return i, nil
}

func instanceID(c color.Color, n int) string { return string(c) + "-" + strconv.Itoa(n) }

// startError says why the last start failed, if it did.
func (i *instance) startError() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.failed
}

// status is what a person sees.
func (i *instance) status() deploy.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := deploy.Instance{ID: i.id, Ready: i.run.Ready && !i.leaves, Started: i.run.Started, Restarts: i.run.Restarts,
		Reason: i.reason, Address: i.run.Address}
	if i.leaves {
		s.Reason = "draining"
	}
	return s
}

func (i *instance) address() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run.Address
}

// supervise runs until stop.
func (i *instance) supervise() {
	defer close(i.done)
	begun := sync.OnceFunc(func() { close(i.begun) })
	var wait backoff
	for first := true; ; first = false {
		i.mu.Lock()
		adopted, known := i.run.Proc, i.run.Proc.PID != 0
		i.mu.Unlock()
		end := func() string { _ = adopted.Wait(context.Background()); return "ended" }
		if !first || !known || !adopted.Alive() {
			end = i.start(known)
		}
		begun()
		healthy := time.Duration(0)
		if end != nil {
			healthy = i.watch(end)
		}
		select {
		case <-i.stopping:
			return
		case <-time.After(wait.next(healthy)):
		}
	}
}

// start starts the process and returns how to wait for its end; nil if it
// could not be started.
func (i *instance) start(again bool) (end func() string) {
	child, err := i.spawn(again)
	i.mu.Lock()
	i.failed, i.reason = err, "starting"
	if err != nil {
		i.reason = err.Error()
	}
	i.mu.Unlock()
	if err != nil {
		slog.Error("start instance", "instance", i.id, "error", err)
		return nil
	}
	select {
	case <-i.stopping: // whoever stops us may not have seen this process
		_ = child.Signal(syscall.SIGTERM)
	default:
	}
	return child.Wait
}

func (i *instance) spawn(again bool) (*process.Child, error) {
	plan, err := i.plan()
	if err != nil {
		return nil, err
	}
	port, err := i.ports.free()
	if err != nil {
		return nil, err
	}
	in, err := i.out.Input()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	c := process.Command{Argv: plan.argv, Env: plan.envFor(i.color, i.id, port), Dir: plan.dir, Output: in}
	return process.Start(c, func(id process.Identity) error {
		i.mu.Lock()
		defer i.mu.Unlock()
		r := record{Proc: id, Key: i.key, Address: net.JoinHostPort(loopback, strconv.Itoa(port)),
			Started: time.Now().UTC(), Restarts: i.run.Restarts}
		if again {
			r.Restarts++
		}
		i.run = r
		return r.write(i.file)
	})
}

// watch checks the health until the process ends, notes why it did, and
// returns for how long it was healthy.
func (i *instance) watch(end func() string) (healthy time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	i.mu.Lock()
	addr, wasReady := i.run.Address, i.run.Ready
	i.mu.Unlock()
	since := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		check := func(ctx context.Context) error { return checkHealth(ctx, i.client, addr, i.health) }
		watchHealth(ctx, check, wasReady, func(err error) {
			if err == nil {
				since = time.Now()
			}
			i.report(err)
		})
	})
	how := end()
	cancel()
	wg.Wait()
	if err := i.out.Flush(); err != nil {
		slog.Error("collect the last words", "instance", i.id, "error", err)
	}
	if last := i.out.Last(); last != "" {
		how += ": " + last
	}
	i.mu.Lock()
	if i.run.Ready {
		healthy = time.Since(since)
	}
	i.mu.Unlock()
	i.report(errors.New(how))
	return healthy
}

// report notes the health: nil is ready.
func (i *instance) report(err error) {
	i.mu.Lock()
	was := i.run.Ready
	i.run.Ready, i.reason = err == nil, ""
	if err != nil {
		i.reason = err.Error()
	}
	now, record := i.run.Ready, i.run
	i.mu.Unlock()
	if was == now {
		return
	}
	i.changed()
	if writeErr := record.write(i.file); writeErr != nil {
		slog.Error("note readiness", "instance", i.id, "error", writeErr)
	}
}

// stop lets the instance finish what is in flight on it, for at most drain,
// then ends it and forgets it.
func (i *instance) stop(drain time.Duration, inFlight func(addr string) int) {
	i.mu.Lock()
	i.leaves = true
	i.mu.Unlock()
	i.changed()
	waitFor(drain, func() bool { return inFlight(i.address()) == 0 })
	close(i.stopping)
	i.terminate()
	if err := errors.Join(os.Remove(i.file), i.out.Close()); err != nil {
		slog.Error("forget instance", "instance", i.id, "error", err)
	}
}

func (i *instance) terminate() {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		i.mu.Lock()
		proc := i.run.Proc
		i.mu.Unlock()
		if err := proc.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		select {
		case <-i.done:
			return
		case <-time.After(termGrace):
			slog.Warn("instance did not end in time", "instance", i.id, "signal", sig.String())
		}
	}
	<-i.done
}

// waitFor polls ok for at most limit.
func waitFor(limit time.Duration, ok func() bool) bool {
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
