package probe

import (
	"slices"
	"time"
)

// longestGap looks from the start over all good answers to the last request.
// While this machine slept nobody asked, so that time is in no gap.
func (r Record) longestGap() (Millis, time.Time) {
	var ends []time.Duration
	var last time.Duration // when the last request was due
	for _, s := range r.Samples {
		if !s.Kind.timed() || !s.Outcome.Sent() {
			continue
		}
		last = max(last, s.At)
		if s.Outcome == OK {
			ends = append(ends, s.At+s.Took)
		}
	}
	slices.Sort(ends)
	var gap, at, before time.Duration
	for _, end := range append(ends, last) {
		if long := end - before - r.slept(before, end); long > gap {
			gap, at = long, before
		}
		before = max(before, end)
	}
	if gap == 0 {
		return 0, time.Time{}
	}
	return millis(gap), r.Started.Add(at)
}

// slept is for how long this machine slept between two instants of the record.
func (r Record) slept(from, to time.Duration) (sum time.Duration) {
	for _, s := range r.sleeps {
		sum += s.Within(r.Started.Add(from), r.Started.Add(to))
	}
	return sum
}
