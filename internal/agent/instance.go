package agent

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"

	"version-manager/internal/agent/logs"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/process"
)

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
	seen   *process.Seen // of run
	reason string
	failed error // of the last start
	leaves bool  // no new requests
	let    bool  // another agent keeps it now
}

// newInstance begins to supervise. A record of the same key is adopted.
func newInstance(n int, s *side, client *http.Client, ports *ports, changed func()) (*instance, error) {
	id := instanceID(s.color, n)
	i := &instance{
		id: id, color: s.color, seen: new(process.Seen), key: s.want.Key, plan: s.plan, health: s.want.Release.Config.Health, client: client, ports: ports, changed: changed,
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

// letGo ends supervising and collecting, and leaves the process alone.
func (i *instance) letGo() {
	i.mu.Lock()
	i.let = true
	i.mu.Unlock()
	if err := i.out.LetGo(); err != nil {
		slog.Error("let go of the log", "instance", i.id, "error", err)
	}
}

func (i *instance) isLetGo() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.let
}

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
