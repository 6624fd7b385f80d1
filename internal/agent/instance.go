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
	plan    func() (*launchPlan, error)
	health  string // path
	file    string // the record
	logs    *logs.Collector
	client  *http.Client
	ports   *portPool
	changed func() // called without locks when readiness changed

	stopping chan struct{}
	begun    chan struct{} // closed when it was adopted or started, or could not be
	done     chan struct{}

	mu         sync.Mutex
	run        processRecord
	seen       *process.Seen // of run
	reason     string
	failed     error // of the last start
	draining   bool  // no new requests
	handedOver bool  // another agent keeps it now
}

// newInstance begins to supervise. A record of the same key is adopted.
func newInstance(n int, s *colorSide, client *http.Client, ports *portPool, changed func()) (*instance, error) {
	id := instanceID(s.color, n)
	i := &instance{
		id: id, color: s.color, seen: new(process.Seen), key: s.want.Key, plan: s.plan, health: s.want.Release.Config.Health, client: client, ports: ports, changed: changed,
		file:     s.paths.runFile(id + ".json"),
		stopping: make(chan struct{}), begun: make(chan struct{}), done: make(chan struct{}),
	}
	var err error
	if i.logs, err = logs.StartCollector(s.paths.runFile(id+".fifo"), s.paths.logFile(id)); err != nil {
		return nil, fmt.Errorf("instance %s: %w", id, err)
	}
	if r, err := readRecord(i.file); err == nil && r.Key == i.key {
		i.run = r
	}
	go i.superviseProcess()
	return i, nil
}

func instanceID(c color.Color, n int) string { return string(c) + "-" + strconv.Itoa(n) }

// handOver ends supervising and collecting, and leaves the process alone.
func (i *instance) handOver() {
	i.mu.Lock()
	i.handedOver = true
	i.mu.Unlock()
	if err := i.logs.ReleasePipe(); err != nil {
		slog.Error("let go of the log", "instance", i.id, "error", err)
	}
}

func (i *instance) isHandedOver() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.handedOver
}

// startError says why the last start failed, if it did.
func (i *instance) startError() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.failed
}

// describeInstance is what a person sees.
func (i *instance) describeInstance() deploy.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := deploy.Instance{ID: i.id, Ready: i.run.Ready && !i.draining, Started: i.run.Started, Restarts: i.run.Restarts,
		Reason: i.reason, Address: i.run.Address}
	if i.draining {
		s.Reason = "draining"
	}
	return s
}

func (i *instance) currentAddress() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run.Address
}
