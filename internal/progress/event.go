package progress

import (
	"time"

	"version-manager/internal/color"
)

// Event is one thing that happens while a command runs. Its JSON form is the
// contract of `--progress json`: fields are only ever added.
type Event struct {
	Time   time.Time `json:"time"`
	Deploy string    `json:"deploy"` // id of the deploy; empty for other commands
	Kind   Kind      `json:"kind"`

	// Begin events.
	App   string   `json:"app,omitempty"`
	Steps []string `json:"steps,omitempty"` // names of all steps, in order

	From  string      `json:"from,omitempty"`  // version that was active before
	To    string      `json:"to,omitempty"`    // version that is wanted
	Color color.Color `json:"color,omitempty"` // color in which To runs

	// Step and progress events.
	Step    string        `json:"step,omitempty"`
	Status  Status        `json:"status,omitempty"`
	Elapsed time.Duration `json:"elapsed,omitempty"` // nanoseconds
	Detail  string        `json:"detail,omitempty"`  // "2/3 ready", "12 in flight"

	Side  *ColorStatus  `json:"side,omitempty"`  // the standby color, while it starts
	Tally *RequestCount `json:"tally,omitempty"` // requests of the probe so far

	// End events.
	Outcome string   `json:"outcome,omitempty"` // final phase of a deploy
	Lines   []string `json:"lines,omitempty"`   // last log lines of a failed instance; on step events
}

// Kind says which fields of an Event are set.
type Kind string

const (
	EventBegin    Kind = "begin"
	EventStep     Kind = "step"     // a step changed its status
	EventProgress Kind = "progress" // news about the running step
	EventNote     Kind = "note"     // a sentence for a person, in Detail
	EventEnd      Kind = "end"
)

// Status of a step.
type Status string

const (
	StatusRunning Status = "running"
	StatusDone    Status = "done"
	StatusSkipped Status = "skipped" // nothing to do
	StatusFailed  Status = "failed"
	StatusStopped Status = "stopped" // by Ctrl-C, or because its process died
)

// RequestCount counts the requests of the probe.
type RequestCount struct {
	Sent   int `json:"sent"`
	Failed int `json:"failed"`
}

// ColorStatus is one color of an app at one moment.
type ColorStatus struct {
	Version   string           `json:"version"`
	Image     string           `json:"image"`
	Want      int              `json:"want"`     // requested instances
	InFlight  int              `json:"inFlight"` // requests being answered
	Tunnels   int              `json:"tunnels"`  // WebSockets and other upgraded connections
	Requests  uint64           `json:"requests"` // answered since the color started
	Errors    uint64           `json:"errors"`   // answered with a 5xx
	Instances []InstanceStatus `json:"instances"`
	Edited    string           `json:"edited,omitempty"` // who else changed what the instances run, and when
}

// CountReady counts the instances that pass their health check.
func (s ColorStatus) CountReady() int {
	n := 0
	for _, i := range s.Instances {
		if i.Ready {
			n++
		}
	}
	return n
}

// InstanceStatus is one running copy of an app at one moment.
type InstanceStatus struct {
	ID       string    `json:"id"` // "blue-1"
	Ready    bool      `json:"ready"`
	Started  time.Time `json:"started"`
	Restarts int       `json:"restarts"`
	Reason   string    `json:"reason,omitempty"` // why it is not ready: "exit status 2", "GET /readyz: 503"
	Address  string    `json:"address,omitempty"`
	Node     string    `json:"node,omitempty"` // machine of the cluster on which it runs
}
