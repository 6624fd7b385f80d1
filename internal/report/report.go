package report

import (
	"slices"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/probe"
)

// Report is what is kept of a deploy: what it did and what that cost. Its JSON
// form is a contract: fields are only ever added.
type Report struct {
	App         string            `json:"app"`
	Deploy      string            `json:"deploy"` // its id
	Kind        string            `json:"kind"`   // "deploy", "zero-downtime", "rollback"
	From        string            `json:"from,omitempty"`
	To          string            `json:"to"`
	Color       color.Color       `json:"color,omitempty"` // that To runs in
	Started     time.Time         `json:"started"`
	Ended       time.Time         `json:"ended"`
	Outcome     string            `json:"outcome"` // "done", "reverted", "stuck", "diverted"; else the phase it was left in
	Steps       []Span            `json:"steps"`
	SwitchedAt  time.Time         `json:"switchedAt,omitzero"`
	ConfirmedAt time.Time         `json:"confirmedAt,omitzero"`
	Measurement probe.Measurement `json:"measurement"`
	Notes       []string          `json:"notes,omitempty"`
	Partial     bool              `json:"partial,omitempty"` // the probe did not see all of the deploy
	Outgoing    *Outgoing         `json:"outgoing,omitempty"`
	Slept       []Slept           `json:"slept,omitempty"` // when the machine that deployed slept
}

// Outgoing is the color that gave the traffic away in a deploy. Requests that it
// had begun go on there: downloads, event streams, WebSockets.
type Outgoing struct {
	Color      color.Color `json:"color"`
	Version    string      `json:"version"`
	FinishedAt time.Time   `json:"finishedAt,omitzero"` // when it was first seen without a request in flight; never before the switch
	InFlight   int         `json:"inFlight"`            // requests still open on it when the deploy ended
	Tunnels    int         `json:"tunnels"`             // WebSockets and other upgraded connections still open on it
	Stays      bool        `json:"stays,omitempty"`     // it runs on for them, until the next deploy or cleanup
	Cut        int         `json:"cut,omitempty"`       // requests that were open when it was stopped
	SentAway   int         `json:"sentAway,omitempty"`  // tunnels that were closed then, with a goodbye
}

// Slept is a time in which the process that deployed did not run, because its
// machine was suspended or it was stopped. It counts for nothing: neither as a
// watch of the new color nor against a limit.
type Slept struct {
	From    time.Time `json:"from"`
	Seconds float64   `json:"seconds"`
}

// Span is one step of a deploy in time.
type Span struct {
	Name    string    `json:"name"`
	Status  string    `json:"status"` // "done", "failed", "skipped", "running"
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Detail  string    `json:"detail,omitempty"`
}

// lastOf is when color c was last seen: the due time of its last request and
// the end of its last answer. Both are zero if it never answered.
func (r Report) lastOf(c color.Color) (started, answered time.Time) {
	for _, s := range r.Measurement.Sources {
		if s.Color == c && c != color.None {
			started, answered = latestOf(started, s.LastStarted), latestOf(answered, s.LastAnswered)
		}
	}
	return started, answered
}

// strayed is how long after the confirmed switch the old color still got a new
// request. It must be 0, and is not defined for a deploy that was rolled back.
func (r Report) strayed() time.Duration {
	if r.Outcome != "done" || r.ConfirmedAt.IsZero() || r.Color == color.None {
		return 0
	}
	started, _ := r.lastOf(r.Color.Other())
	return max(started.Sub(r.ConfirmedAt), 0)
}

// oldFinished is when the old color gave its last answer: to a request that
// was begun before the switch. It is zero where that is unknown: for a deploy
// that was rolled back, after which the old color still got new requests, or in
// which something was still open on it at the end. What the probe itself saw
// last is not enough, because users may have longer requests open.
func (r Report) oldFinished() time.Time {
	if r.Outcome != "done" || r.From == "" || r.strayed() > 0 {
		return time.Time{}
	}
	_, answered := r.lastOf(r.Color.Other())
	if o := r.Outgoing; o != nil {
		if o.InFlight+o.Cut > 0 || o.FinishedAt.IsZero() {
			return time.Time{}
		}
		answered = latestOf(answered, o.FinishedAt)
	}
	if answered.Before(r.SwitchedAt) {
		return time.Time{}
	}
	return answered
}

// sleptFor is how long the machine slept in all.
func (r Report) sleptFor() (d time.Duration) {
	for _, s := range r.Slept {
		d += time.Duration(s.Seconds * float64(time.Second))
	}
	return d
}

// span is the time that the page's timeline shows.
func (r Report) span() (from, to time.Time) {
	m := r.Measurement
	from, to = r.Started, r.Ended
	if from.IsZero() || !m.Started.IsZero() && m.Started.Before(from) {
		from = m.Started
	}
	to = latestOf(to, m.Ended, from.Add(probe.BucketWidth))
	return from, to
}

func latestOf(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
