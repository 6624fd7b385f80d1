package probe

import (
	"time"

	"version-manager/internal/color"
)

// Report is what is kept of a deploy: what it did and what that cost. Its JSON
// form is a contract: fields are only ever added.
type Report struct {
	App         string      `json:"app"`
	Deploy      string      `json:"deploy"` // its id
	Kind        string      `json:"kind"`   // "deploy", "zero-downtime", "rollback"
	From        string      `json:"from,omitempty"`
	To          string      `json:"to"`
	Color       color.Color `json:"color,omitempty"` // that To runs in
	Started     time.Time   `json:"started"`
	Ended       time.Time   `json:"ended"`
	Outcome     string      `json:"outcome"` // "done", "reverted", "stuck"; else the phase it was left in
	Steps       []Span      `json:"steps"`
	SwitchedAt  time.Time   `json:"switchedAt,omitzero"`
	ConfirmedAt time.Time   `json:"confirmedAt,omitzero"`
	Measurement Measurement `json:"measurement"`
	Notes       []string    `json:"notes,omitempty"`
	Partial     bool        `json:"partial,omitempty"` // the probe did not see all of the deploy
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
			started, answered = later(started, s.LastStarted), later(answered, s.LastAnswered)
		}
	}
	return started, answered
}

// strayed is how long after the confirmed switch the old color still got a new
// request. It must be 0, and is not defined for a deploy that was taken back.
func (r Report) strayed() time.Duration {
	if r.Outcome != "done" || r.ConfirmedAt.IsZero() || r.Color == color.None {
		return 0
	}
	started, _ := r.lastOf(r.Color.Other())
	return max(started.Sub(r.ConfirmedAt), 0)
}

// oldFinished is when the old color gave its last answer: to a request that
// was begun before the switch. Of a deploy that was taken back, or after which
// the old color still got new requests, it says nothing and is zero.
func (r Report) oldFinished() time.Time {
	if r.Outcome != "done" || r.From == "" || r.strayed() > 0 {
		return time.Time{}
	}
	_, answered := r.lastOf(r.Color.Other())
	return answered
}

// span is the time that the page's timeline shows.
func (r Report) span() (from, to time.Time) {
	m := r.Measurement
	from, to = r.Started, r.Ended
	if !m.Started.IsZero() {
		from = earlier(from, m.Started)
	}
	to = later(later(to, m.Ended), from.Add(BucketWidth))
	return from, to
}
