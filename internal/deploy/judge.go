package deploy

import (
	"fmt"
	"time"

	"version-manager/internal/probe"
)

// Limits of what a new color may do. They are wide enough for the noise of a
// busy machine and narrow enough for the faults that matter: errors are not
// noise, and ten times slower is not either.
const (
	slowFactor   = 3                    // times as long as before the switch ...
	slowMargin   = 5 * time.Millisecond // ... and this much more
	enoughTimes  = 20                   // answers, before they are compared
	errorShare   = 0.05                 // of the answers to users may be a 5xx, or twice what it was before
	enoughErrors = 10                   // of them, before their share counts
)

// Baseline is how the old color answered before the switch.
type Baseline struct {
	Answers int           `json:"answers"` // of which P10 is made
	P10     time.Duration `json:"p10"`     // nanoseconds
	P50     time.Duration `json:"p50"`     // nanoseconds
	Errors  float64       `json:"errors"`  // share of the answers to users that were a 5xx

	Replicas int `json:"replicas,omitempty"` // instances that were asked for
}

// observation is what can be known about a color that has the traffic.
type observation struct {
	probe     probe.Stats // since the switch
	before    Baseline
	maxFailed int
	edited    string // who changed what it runs since the watch began
	short     error  // it has fewer ready instances than it needs alone
	restarts  int    // of its instances since the watch began
	reason    string // why an instance is not ready
	ready     int
	answers   uint64 // to anybody since the watch began
	errors    uint64 // of them with a 5xx
}

func (o observation) String() string {
	return fmt.Sprintf("%d requests, %d failed, p50 %s", o.probe.Sent, o.probe.Failed, o.probe.P50.Round(100*time.Microsecond))
}

// judge returns what is wrong with the new color. With final it also refuses
// to call silence a success.
func judge(o observation, final bool) error {
	switch {
	case o.probe.Failed > o.maxFailed:
		return fmt.Errorf("%d of %d requests failed: %s", o.probe.Failed, o.probe.Sent, causes(o.probe.Causes))
	case o.restarts > 0:
		return fmt.Errorf("an instance crashed%s", o.reason)
	case o.edited != "":
		return fmt.Errorf("what runs is not the version any more: %s", o.edited)
	case o.ready == 0:
		return fmt.Errorf("no instance is ready%s", o.reason)
	case o.errors >= enoughErrors && share(o.errors, o.answers) > max(errorShare, 2*o.before.Errors):
		return fmt.Errorf("%d of %d answers to users were errors of the app", o.errors, o.answers)
	case tooSlow(o):
		return fmt.Errorf("even fast answers take %s, and took %s before", o.probe.P10.Round(time.Millisecond), o.before.P10.Round(time.Millisecond))
	case final && o.probe.Sent == o.probe.Failed:
		return fmt.Errorf("the probe got no answer, which proves nothing")
	}
	return nil
}

// tooSlow compares the fastest tenth of the answers. A busy machine delays
// some requests by a lot, so that medians of short times jump; a version that
// is slow delays all of them. What this machine sent late says more about
// itself than about the version, and is left out.
func tooSlow(o observation) bool {
	if o.before.Answers < enoughTimes || o.probe.Timely < enoughTimes {
		return false
	}
	return o.probe.P10 > slowFactor*o.before.P10+slowMargin
}

func share(part, all uint64) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}
