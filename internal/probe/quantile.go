package probe

import (
	"math"
	"time"
)

// quantile is the smallest value that at least the share q of all values does
// not exceed (nearest rank): always one that was measured. sorted must be in
// ascending order; of nothing it is 0.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(q*float64(len(sorted)) - 1e-9)) // 0.9*10 must not become 10
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Millis is a duration in milliseconds, to the microsecond.
type Millis float64

func millis(d time.Duration) Millis {
	return Millis(d.Round(time.Microsecond)) / Millis(time.Millisecond)
}

// Duration converts back.
func (m Millis) Duration() time.Duration {
	return time.Duration(float64(m) * float64(time.Millisecond))
}
