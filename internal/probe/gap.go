package probe

import (
	"slices"
	"time"
)

// longestGap looks from the start over all good answers to the last request.
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
		if end-before > gap {
			gap, at = end-before, before
		}
		before = max(before, end)
	}
	if gap == 0 {
		return 0, time.Time{}
	}
	return millis(gap), r.Started.Add(at)
}
