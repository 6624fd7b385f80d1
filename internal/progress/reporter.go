package progress

import (
	"fmt"
	"sync"
	"time"

	"version-manager/internal/color"
)

// Sink receives events, one at a time. It must not block for long: the command
// waits for it.
type Sink func(Event)

// Serialize makes a sink safe for several goroutines or reporters.
func Serialize(sink Sink) Sink {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		sink(e)
	}
}

// Reporter reports the course of one command. It may be used by several
// goroutines at once and never calls its sink twice at the same time. A nil
// Reporter reports nothing. Make one with NewReporter.
type Reporter struct {
	now func() time.Time

	mu    sync.Mutex
	sink  Sink
	step  string // the running one; empty: none
	began time.Time
}

// NewReporter returns a reporter that reads the time from now.
func NewReporter(sink Sink, now func() time.Time) *Reporter {
	return &Reporter{sink: sink, now: now}
}

// Operation describes the command that a reporter reports.
type Operation struct {
	Name     string // "create", "zero-downtime", "cleanup"
	App      string
	From, To string // versions; both may be empty
	Color    color.Color
	Steps    []string // names of the expected steps, in order; others may follow
}

// BeginOperation announces the command. It comes before the first step.
func (r *Reporter) BeginOperation(o Operation) {
	r.sendEvent(Event{Kind: EventBegin, App: o.App, From: o.From, To: o.To, Color: o.Color, Detail: o.Name, Steps: o.Steps})
}

// EndOperation reports how a deploy ended.
func (r *Reporter) EndOperation(outcome, detail string) {
	r.sendEvent(Event{Kind: EventEnd, Outcome: outcome, Detail: detail})
}

// ReportNote reports a sentence that a person should read.
func (r *Reporter) ReportNote(format string, args ...any) {
	r.sendEvent(Event{Kind: EventNote, Detail: fmt.Sprintf(format, args...)})
}

// ReportDetail reports news about the running step.
func (r *Reporter) ReportDetail(format string, args ...any) {
	r.ReportColor(nil, format, args...)
}

// ReportColor reports news about the running step, which starts instances of
// a color.
func (r *Reporter) ReportColor(c *ColorStatus, format string, args ...any) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sendLocked(Event{Kind: EventProgress, Step: r.step, Elapsed: r.elapsedLocked(), Detail: fmt.Sprintf(format, args...), Side: c})
}

func (r *Reporter) sendEvent(e Event) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sendLocked(e)
}

func (r *Reporter) sendLocked(e Event) {
	e.Time = r.now()
	r.sink(e)
}

func (r *Reporter) elapsedLocked() time.Duration {
	if r.step == "" {
		return 0
	}
	return r.now().Sub(r.began)
}
