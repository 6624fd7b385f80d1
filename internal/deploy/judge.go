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
	slowFactor   = 3                    // times the median before the switch ...
	slowMargin   = 5 * time.Millisecond // ... and this much more
	enoughTimes  = 20                   // answers, before medians are compared
	errorShare   = 100                  // one in so many answers to users may be a 5xx ...
	enoughErrors = 5                    // ... once there are so many
)

// Baseline is how the old color answered before the switch.
type Baseline struct {
	Answers int           `json:"answers"`
	P50     time.Duration `json:"p50"` // nanoseconds
}

// observation is what can be known about a color that has the traffic.
type observation struct {
	probe     probe.Stats // since the switch
	before    Baseline
	maxFailed int
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
	case o.ready == 0:
		return fmt.Errorf("no instance is ready%s", o.reason)
	case o.errors >= enoughErrors && o.errors*errorShare > o.answers && o.maxFailed < int(o.errors):
		return fmt.Errorf("%d of %d answers to users were errors of the app", o.errors, o.answers)
	case tooSlow(o):
		return fmt.Errorf("answers take %s, and took %s before", o.probe.P50.Round(time.Millisecond), o.before.P50.Round(time.Millisecond))
	case final && o.probe.Sent == o.probe.Failed:
		return fmt.Errorf("the probe got no answer, which proves nothing")
	}
	return nil
}

func tooSlow(o observation) bool {
	if o.before.Answers < enoughTimes || o.probe.Sent-o.probe.Failed < enoughTimes {
		return false
	}
	return o.probe.P50 > slowFactor*o.before.P50+slowMargin
}
