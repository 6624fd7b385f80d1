package probe

import (
	"cmp"
	"slices"
	"time"

	"version-manager/internal/color"
)

// Measurement is what a deploy cost its users. Its JSON form is kept with
// every deploy and a contract: fields are only ever added. Times of a request
// are its scheduled instant (started) and the end of its answer (answered).
type Measurement struct {
	Started   time.Time       `json:"started"`
	Ended     time.Time       `json:"ended"`
	Rate      int             `json:"rate"`      // requests per second that were meant to be sent
	Sent      int             `json:"sent"`      // requests that came to an end
	Failed    int             `json:"failed"`    // of them
	Skipped   int             `json:"skipped"`   // not sent by this machine's own fault
	Late      int             `json:"late"`      // sent more than 10 ms behind schedule, by this machine's own fault
	Polite    int             `json:"polite"`    // WebSockets that were closed with a goodbye and reconnected at once
	Abandoned int             `json:"abandoned"` // still open when the probe was stopped
	Causes    map[Outcome]int `json:"causes"`    // of the failed ones
	Kinds     map[Kind]Count  `json:"kinds"`

	// Of fresh and kept requests that were answered.
	P50 Millis `json:"p50Ms"`
	P90 Millis `json:"p90Ms"`
	P99 Millis `json:"p99Ms"`
	Max Millis `json:"maxMs"`

	// The longest time in which no fresh or kept request was answered well.
	Gap   Millis    `json:"longestGapMs"`
	GapAt time.Time `json:"longestGapAt,omitzero"`

	Sources []Seen   `json:"sources"` // who answered, in the order of their first answer
	Buckets []Bucket `json:"buckets"` // of 100 ms in which requests were due; empty ones are left out
}

// Count is a number of requests.
type Count struct {
	Sent   int `json:"sent"`
	Failed int `json:"failed"`
}

// Seen is one version in one color, as its answers told. The instants leave
// WebSockets out: they may stay with a color that gets no new requests.
type Seen struct {
	Color   color.Color `json:"color,omitempty"`
	Version string      `json:"version,omitempty"`
	Answers int         `json:"answers"`

	FirstStarted  time.Time `json:"firstStarted,omitzero"`
	FirstAnswered time.Time `json:"firstAnswered,omitzero"`
	LastStarted   time.Time `json:"lastStarted,omitzero"`
	LastAnswered  time.Time `json:"lastAnswered,omitzero"`
}

// BucketWidth is the resolution of the timeline.
const BucketWidth = 100 * time.Millisecond

// Bucket is the requests that were due within BucketWidth from At. Messages
// on a WebSocket are only in it if they failed: others say nothing of the
// route, because a connection stays where it was opened.
type Bucket struct {
	At      int64  `json:"atMs"` // since Started
	Blue    int    `json:"blue,omitempty"`
	Green   int    `json:"green,omitempty"`
	Plain   int    `json:"plain,omitempty"` // good answers that name no color
	Failed  int    `json:"failed,omitempty"`
	Skipped int    `json:"skipped,omitempty"`
	P50     Millis `json:"p50Ms,omitempty"`
	P99     Millis `json:"p99Ms,omitempty"`
}

// Measure sums the record up.
func (r Record) Measure() Measurement {
	m := Measurement{Started: r.Started, Ended: r.ended(), Rate: r.Rate, Causes: map[Outcome]int{}, Kinds: map[Kind]Count{}}
	for _, s := range r.Samples {
		m.count(s)
	}
	took := r.latencies()
	m.P50, m.P90 = millis(quantile(took, .5)), millis(quantile(took, .9))
	m.P99, m.Max = millis(quantile(took, .99)), millis(quantile(took, 1))
	m.Gap, m.GapAt = r.longestGap()
	m.Sources = r.seen()
	m.Buckets = r.buckets()
	return m
}

func (m *Measurement) count(s Sample) {
	if s.Late {
		m.Late++
	}
	switch s.Outcome {
	case Skipped:
		m.Skipped++
		return
	case Abandoned:
		m.Abandoned++
		return
	case Polite:
		m.Polite++
	}
	k := m.Kinds[s.Kind]
	k.Sent++
	m.Sent++
	if s.Outcome.Failed() {
		k.Failed++
		m.Failed++
		m.Causes[s.Outcome]++
	}
	m.Kinds[s.Kind] = k
}

// ended is when the last request was due, also while the probe still runs.
func (r Record) ended() time.Time {
	if !r.Ended.IsZero() || len(r.Samples) == 0 {
		return r.Ended
	}
	last := slices.MaxFunc(r.Samples, func(a, b Sample) int { return cmp.Compare(a.At, b.At) })
	return r.Started.Add(last.At)
}

// latencies returns those that can be compared, sorted.
func (r Record) latencies() []time.Duration {
	took := make([]time.Duration, 0, len(r.Samples))
	for _, s := range r.Samples {
		if s.Outcome == OK && s.Kind.timed() {
			took = append(took, s.Took)
		}
	}
	slices.Sort(took)
	return took
}
