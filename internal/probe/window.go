package probe

import (
	"slices"
	"time"

	"version-manager/internal/color"
)

// Stats sums up some of the requests.
type Stats struct {
	Sent   int
	Failed int
	Timely int           // fresh and kept requests that were sent on schedule and answered
	P10    time.Duration // of these
	P50    time.Duration // of fresh and kept requests that were answered
	P99    time.Duration
	Max    time.Duration
	Causes map[Outcome]int // of the failed ones
}

// disorder is how much earlier than its neighbors a sample can have ended:
// its goroutine may wait for the processor between looking at the clock and
// adding it.
const disorder = time.Second

// StatsSince sums up the requests that were due at since or later and that color
// c has answered. A request without an answer belongs to no color; it is
// counted too, because it matters to a watcher of c. With color.None all
// requests count.
func (r Record) StatsSince(c color.Color, since time.Time) Stats {
	st := Stats{Causes: map[Outcome]int{}}
	var took, timely []time.Duration
	for s := range r.since(since) {
		who := r.Sources[s.Source].Color
		if !s.Outcome.Sent() || c != color.None && who != c && who != color.None {
			continue
		}
		st.Sent++
		if s.Outcome.Failed() {
			st.Failed++
			st.Causes[s.Outcome]++
		}
		if s.Outcome == OK && s.Kind.timed() {
			took = append(took, s.Took)
			if !s.Late {
				timely = append(timely, s.Took)
			}
		}
	}
	slices.Sort(took)
	slices.Sort(timely)
	st.Timely, st.P10 = len(timely), quantile(timely, .1)
	st.P50, st.P99, st.Max = quantile(took, .5), quantile(took, .99), quantile(took, 1)
	return st
}

// since yields the samples that were due at t or later, newest first, without
// looking at the whole record: samples lie in the order in which they ended.
func (r Record) since(t time.Time) func(func(Sample) bool) {
	from := max(t.Sub(r.Started), -disorder) // of a zero time the difference is as low as it gets
	return func(yield func(Sample) bool) {
		for _, s := range slices.Backward(r.Samples) {
			if s.At+s.Took < from-disorder {
				return
			}
			if s.At >= from && !yield(s) {
				return
			}
		}
	}
}
