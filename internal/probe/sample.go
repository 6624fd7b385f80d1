package probe

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
)

// Kind is the way in which a request was made. Its names are part of the
// report's JSON.
type Kind uint8

const (
	Fresh     Kind = iota // on a new connection
	Kept                  // on a connection that was used before
	Slow                  // one that takes seconds
	WebSocket             // a message and its echo
	Upload                // with a body to be read by the app
)

// KindNames returns the names of all kinds, as the JSON of a report has them.
func KindNames() []string { return []string{"fresh", "kept", "slow", "websocket", "upload"} }

func (k Kind) String() string { return KindNames()[k] }

// timed: latency is only comparable between requests that do next to nothing.
func (k Kind) timed() bool { return k == Fresh || k == Kept }

// MarshalText makes kinds readable as keys of JSON objects.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (k *Kind) UnmarshalText(b []byte) error {
	i := slices.Index(KindNames(), string(b))
	if i < 0 {
		return fmt.Errorf("unknown kind of request %q", b)
	}
	*k = Kind(i)
	return nil
}

// Sample is one request, in 24 bytes: ten minutes at 500 a second are 7 MB.
type Sample struct {
	At      time.Duration // the scheduled instant, since the start of the record
	Took    time.Duration // from At to the end of the answer, or to the failure
	Source  uint16        // who answered: index of Record.Sources
	Kind    Kind
	Outcome Outcome
	Late    bool // this machine sent it more than lateAfter behind schedule
}

// lateAfter is what the probe's own scheduling may cost before it is said.
const lateAfter = 10 * time.Millisecond

// Source is who answered, as the answer's headers tell.
type Source struct {
	Color   color.Color
	Version string
}

// Record is everything that was sampled. Measure and Window make sense of it.
type Record struct {
	Started time.Time
	Ended   time.Time // when the last request was scheduled
	Rate    int       // requests per second that were meant to be sent
	Sources []Source  // [0] is nobody: no answer, or one without headers
	Samples []Sample  // in the order in which they ended

	sleeps []awake.Sleep // of this machine
}

// maxSources bounds the memory that a target with inventive headers can take;
// what comes after is nobody's.
const maxSources = 1000

// recorder collects samples from many goroutines.
type recorder struct {
	start time.Time

	mu           sync.Mutex
	rec          Record // Samples only ever grow, so that readers need no copy
	index        map[Source]uint16
	sent, failed int
}

func newRecorder(start time.Time, rate int) *recorder {
	return &recorder{
		start: start,
		rec:   Record{Started: start, Rate: rate, Sources: []Source{{}}},
		index: map[Source]uint16{{}: 0},
	}
}

func (r *recorder) add(s Sample, from Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Source = r.source(from)
	r.rec.Samples = append(r.rec.Samples, s)
	if s.Outcome.Sent() {
		r.sent++
	}
	if s.Outcome.Failed() {
		r.failed++
	}
}

func (r *recorder) source(from Source) uint16 {
	i, known := r.index[from]
	if !known && len(r.rec.Sources) < maxSources {
		i = uint16(len(r.rec.Sources))
		r.index[from] = i
		r.rec.Sources = append(r.rec.Sources, from)
	}
	return i
}

func (r *recorder) countRequests() (sent, failed int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent, r.failed
}

// snapshot is the record so far. It costs nothing and must only be read.
func (r *recorder) snapshot() Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rec
}

func (r *recorder) end(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rec.Ended = t
}
