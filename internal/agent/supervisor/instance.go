// Package supervisor keeps the instances of an app running.
//
// An [Instance] is one copy of the app. It starts the process, or adopts the
// one that an earlier agent started, checks its health, collects its log, and
// starts it again when it ends. What is known of the process is in a record on
// disk, so that the next agent finds it. [FindStrays] lists the processes that
// an earlier agent started, and [EndStrays] ends those that nobody wants.
package supervisor

import (
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/logs"
	"version-manager/internal/color"
	"version-manager/internal/kit/process"
)

// Config says what an instance runs and where its files are.
type Config struct {
	ID     string // see InstanceID
	Color  color.Color
	Key    string                       // of what it runs; a process with another key is not adopted
	Plan   func() (*launch.Plan, error) // called when the process has to be started
	Health string                       // path of the health check

	RunDir  string // for the record and the log's pipe
	LogFile string
	Client  *http.Client // for health checks
	Ports   *PortPool
	Changed func() // called without locks when readiness changed
}

// Instance supervises one copy of the app.
type Instance struct {
	config Config
	record string // file
	logs   *logs.Collector

	stopping chan struct{}
	begun    chan struct{} // closed when the process was adopted or started, or could not be
	done     chan struct{}

	mu         sync.Mutex
	run        Record
	seen       *process.Seen // of run
	reason     string        // why it is not ready
	failed     error         // of the last start
	draining   bool          // no new requests
	handedOver bool          // another agent supervises it now
}

// Status is what is known of an instance.
type Status struct {
	ID       string
	Ready    bool
	Started  time.Time
	Restarts int
	Reason   string // why it is not ready
	Address  string // host:port
}

// InstanceID names instance n of a color, counted from 1.
func InstanceID(c color.Color, n int) string { return string(c) + "-" + strconv.Itoa(n) }

// StartInstance begins to supervise. A recorded process with the same key is
// adopted.
func StartInstance(c Config) (*Instance, error) {
	i := &Instance{
		config: c, seen: new(process.Seen), record: recordFile(c.RunDir, c.ID),
		stopping: make(chan struct{}), begun: make(chan struct{}), done: make(chan struct{}),
	}
	var err error
	if i.logs, err = logs.StartCollector(pipeFile(c.RunDir, c.ID), c.LogFile); err != nil {
		return nil, fmt.Errorf("instance %s: %w", c.ID, err)
	}
	if r, err := ReadRecord(c.RunDir, c.ID); err == nil && r.Key == c.Key {
		i.run = r
	}
	go i.superviseProcess()
	return i, nil
}

// WaitStarted returns when the process was adopted or started. That it is ready
// is another matter.
func (i *Instance) WaitStarted() error {
	<-i.begun
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.failed != nil {
		return fmt.Errorf("instance %s: %w", i.config.ID, i.failed)
	}
	return nil
}

// HandOver ends supervising and collecting, and leaves the process alone for
// another agent.
func (i *Instance) HandOver() {
	i.mu.Lock()
	i.handedOver = true
	i.mu.Unlock()
	if err := i.logs.ReleasePipe(); err != nil {
		slog.Error("release the log", "instance", i.config.ID, "error", err)
	}
}

func (i *Instance) isHandedOver() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.handedOver
}

// CurrentStatus returns what is known now.
func (i *Instance) CurrentStatus() Status {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := Status{ID: i.config.ID, Ready: i.run.Ready && !i.draining, Started: i.run.Started, Restarts: i.run.Restarts, Reason: i.reason, Address: i.run.Address}
	if i.draining {
		s.Reason = "draining"
	}
	return s
}

func (i *Instance) currentAddress() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run.Address
}

// currentRecord is what runs, or ran last.
func (i *Instance) currentRecord() Record {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run
}

// processGroup is the process with all that it has started.
func (i *Instance) processGroup() process.Group {
	i.mu.Lock()
	defer i.mu.Unlock()
	g := i.run.processGroup()
	g.Seen = i.seen
	return g
}
