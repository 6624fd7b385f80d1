package deploy

import (
	"time"

	"version-manager/internal/color"
	"version-manager/internal/release"
)

// Event is one thing that a deploy tells whoever watches it. The same stream
// feeds the live tree, the plain lines, the JSON lines and, later, a web
// page. Its JSON form is a contract: fields are only ever added.
type Event struct {
	Time   time.Time `json:"time"`
	Deploy string    `json:"deploy"` // empty of what is no deploy: cleanup and scale
	Kind   EventKind `json:"kind"`

	// Of a begin event.
	App   string   `json:"app,omitempty"`
	Steps []string `json:"steps,omitempty"` // names of all steps, in order

	From  release.Version `json:"from,omitempty"`  // active before
	To    release.Version `json:"to,omitempty"`    // wanted
	Color color.Color     `json:"color,omitempty"` // the color that To runs in

	// Of step and progress events.
	Step    string        `json:"step,omitempty"`
	Status  Status        `json:"status,omitempty"`
	Elapsed time.Duration `json:"elapsed,omitempty"` // nanoseconds
	Detail  string        `json:"detail,omitempty"`  // "2/3 ready", "12 in flight"

	Side  *Side  `json:"side,omitempty"`  // the standby color, while it starts
	Tally *Tally `json:"tally,omitempty"` // what the probe has counted so far

	// Of an end event.
	Outcome Phase    `json:"outcome,omitempty"`
	Lines   []string `json:"lines,omitempty"` // last log lines of a culprit
}

// EventKind says which fields of an Event are set.
type EventKind string

const (
	EventBegin    EventKind = "begin"
	EventStep     EventKind = "step"     // a step changed its status
	EventProgress EventKind = "progress" // a running step has something to say
	EventNote     EventKind = "note"     // a sentence for a person, in Detail
	EventEnd      EventKind = "end"
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

// Tally is the running count of the probe.
type Tally struct {
	Sent   int `json:"sent"`
	Failed int `json:"failed"`
}
