// Package judge decides whether the color that has just received the traffic
// does its work. It is a pure function of what can be observed; the engine
// asks it ten times a second while it watches.
package judge

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"version-manager/internal/probe"
)

// Observation is what can be known about the new color.
type Observation struct {
	Probe       probe.Stats // requests of the probe since the switch
	Before      Baseline
	MaxFailed   int    // failed requests of the probe that the configuration allows
	Edited      string // who changed what the color runs since the watch began; empty: nobody
	TooSmall    error  // why it has too few ready instances to carry the traffic alone
	Restarts    int    // of its instances since the watch began
	Reason      string // why an instance is not ready
	Ready       int    // instances
	Answers     uint64 // to anybody since the watch began
	ErrorCount  uint64 // answers with a 5xx
	AllowSilent bool   // more answers may still come: silence is no failure yet
}

// Baseline is how the old color answered before the switch. It is part of the
// journal.
type Baseline struct {
	Answers int           `json:"answers"` // from which P10 is computed
	P10     time.Duration `json:"p10"`     // nanoseconds
	P50     time.Duration `json:"p50"`     // nanoseconds
	Errors  float64       `json:"errors"`  // share of the answers to users that were a 5xx

	Replicas int `json:"replicas,omitempty"` // requested instances
}

// String reads "612 requests, 0 failed, p50 1.7ms".
func (o Observation) String() string {
	return fmt.Sprintf("%d requests, %d failed, p50 %s", o.Probe.Sent, o.Probe.Failed, o.Probe.P50.Round(100*time.Microsecond))
}

// FindFault returns what is wrong with the new color, nil if nothing is.
func FindFault(o Observation) error {
	switch {
	case o.Probe.Failed > o.MaxFailed:
		return fmt.Errorf("%d of %d requests failed: %s", o.Probe.Failed, o.Probe.Sent, DescribeCauses(o.Probe.Causes))
	case o.Restarts > 0:
		return fmt.Errorf("an instance crashed%s", o.Reason)
	case o.Edited != "":
		return fmt.Errorf("the instances no longer run the version: %s", o.Edited)
	case o.Ready == 0:
		return fmt.Errorf("no instance is ready%s", o.Reason)
	case TooManyErrors(o.ErrorCount, o.Answers, o.Before):
		return fmt.Errorf("the app answered %d of %d user requests with an error", o.ErrorCount, o.Answers)
	case isTooSlow(o):
		return fmt.Errorf("p10 latency is %s (was %s)", o.Probe.P10.Round(time.Millisecond), o.Before.P10.Round(time.Millisecond))
	case !o.AllowSilent && o.Probe.Sent == o.Probe.Failed:
		return fmt.Errorf("the probe got no answer, which proves nothing")
	}
	return nil
}

// TooManyErrors reports whether a color answers users with more errors than
// the limits allow.
func TooManyErrors(errors, answers uint64, before Baseline) bool {
	return errors >= MinErrors && ShareOf(errors, answers) > max(MaxErrorShare, MaxErrorGrowth*before.Errors)
}

// isTooSlow compares the fastest tenth of the answers. A busy machine delays
// some requests by a lot, so medians of short times jump; a version that is
// slow delays all of them. Requests that this machine sent late say more about
// itself than about the version and are left out.
func isTooSlow(o Observation) bool {
	if o.Before.Answers < MinTimedAnswers || o.Probe.Timely < MinTimedAnswers {
		return false
	}
	return o.Probe.P10 > MaxSlowdown*o.Before.P10+SlowdownMargin
}

// ShareOf returns part as a share of all, 0 of nothing.
func ShareOf(part, all uint64) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// DescribeCauses reads "3 refused, 1 reset", the most frequent cause first.
func DescribeCauses(counts map[probe.Outcome]int) string {
	outcomes := slices.SortedFunc(maps.Keys(counts), func(a, b probe.Outcome) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(outcomes))
	for i, o := range outcomes {
		parts[i] = fmt.Sprintf("%d %v", counts[o], o)
	}
	return strings.Join(parts, ", ")
}
