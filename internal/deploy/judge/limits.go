package judge

import (
	"fmt"
	"time"
)

// Limits of what a new color may do. They are wide enough for the noise of a
// busy machine and narrow enough for the faults that matter: errors are not
// noise, and ten times slower is not either.
const (
	MaxSlowdown     = 3                    // times the p10 latency from before the switch ...
	SlowdownMargin  = 5 * time.Millisecond // ... and this much more
	MinTimedAnswers = 20                   // answers before latencies are compared
	MaxErrorShare   = 0.05                 // of the answers to users that may be a 5xx ...
	MaxErrorGrowth  = 2                    // ... or this many times the share from before the switch
	MinErrors       = 10                   // errors before their share counts
)

// Limit is one limit in words. A test writes the list to docs/limits.md
// and requires a case on each limit and on both sides of it.
type Limit struct {
	Name string
	Text string
}

// Limits lists all limits of a new color in the order in which they are checked.
func Limits() []Limit {
	return []Limit{
		{"failed requests", "at most `probe.maxFailed` requests of the probe may fail (or `--max-failed`)"},
		{"crashes", "no instance may restart"},
		{"changes", "nobody else may change what the instances run"},
		{"ready instances", "at least 1 instance must be ready"},
		{"errors", fmt.Sprintf("at most %g %% of the answers to users may be a 5xx, or %d times the share from before the switch", MaxErrorShare*100, MaxErrorGrowth)},
		{"few errors", fmt.Sprintf("fewer than %d errors are not judged", MinErrors)},
		{"latency", fmt.Sprintf("the p10 latency may be at most %d times the one from before the switch, plus %s", MaxSlowdown, SlowdownMargin)},
		{"few answers", fmt.Sprintf("latencies are compared from %d answers on, before and after the switch", MinTimedAnswers)},
		{"silence", "at the end of the watch at least 1 request must have been answered"},
	}
}
