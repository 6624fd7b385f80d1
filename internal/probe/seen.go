package probe

import (
	"slices"
	"time"

	"version-manager/internal/color"
)

// seen tells who answered, and from when to when.
func (r Record) seen() []Seen {
	all := make([]Seen, len(r.Sources))
	for _, s := range r.Samples {
		if s.Outcome == OK || s.Outcome == Status || s.Outcome == Stray { // somebody answered
			all[s.Source].add(s, r.Started)
		}
	}
	for i := range all {
		all[i].Color, all[i].Version = r.Sources[i].Color, r.Sources[i].Version
	}
	all = slices.DeleteFunc(all, func(s Seen) bool { return s.Answers == 0 })
	slices.SortStableFunc(all, func(a, b Seen) int { return a.FirstAnswered.Compare(b.FirstAnswered) })
	return all
}

func (n *Seen) add(s Sample, start time.Time) {
	n.Answers++
	if s.Kind == WebSocket {
		return
	}
	began, ended := start.Add(s.At), start.Add(s.At+s.Took)
	n.FirstStarted = earlier(n.FirstStarted, began)
	n.FirstAnswered = earlier(n.FirstAnswered, ended)
	n.LastStarted = later(n.LastStarted, began)
	n.LastAnswered = later(n.LastAnswered, ended)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// buckets cuts the record into pieces of BucketWidth.
func (r Record) buckets() []Bucket {
	var n int
	for _, s := range r.Samples {
		n = max(n, int(s.At/BucketWidth)+1)
	}
	all, took := make([]Bucket, n), make([][]time.Duration, n)
	for _, s := range r.Samples {
		i := s.At / BucketWidth
		all[i].add(s, r.Sources[s.Source].Color)
		if s.Outcome == OK && s.Kind.timed() {
			took[i] = append(took[i], s.Took)
		}
	}
	for i := range all {
		slices.Sort(took[i])
		all[i].P50, all[i].P99 = millis(quantile(took[i], .5)), millis(quantile(took[i], .99))
		all[i].At = (time.Duration(i) * BucketWidth).Milliseconds()
	}
	return slices.DeleteFunc(all, func(b Bucket) bool { return b.CountAll() == 0 })
}

func (b *Bucket) add(s Sample, c color.Color) {
	switch {
	case s.Outcome.Failed():
		b.Failed++
	case s.Outcome == Skipped:
		b.Skipped++
	case s.Outcome == Abandoned || s.Kind == WebSocket: // it may stay with the old color
	case c == color.Blue:
		b.Blue++
	case c == color.Green:
		b.Green++
	default:
		b.Plain++
	}
}

// CountAll counts the requests of the bucket.
func (b Bucket) CountAll() int { return b.Blue + b.Green + b.Plain + b.Failed + b.Skipped }
