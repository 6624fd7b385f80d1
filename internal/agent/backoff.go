package agent

import "time"

const (
	backoffFirst = 100 * time.Millisecond
	backoffMost  = 30 * time.Second
	backoffReset = 30 * time.Second // healthy for that long: a new crash is the first again
)

// backoff is how long to wait before a crashed instance is started again.
type backoff struct{ last time.Duration }

// next returns the wait after a run that was healthy for that long.
func (b *backoff) next(healthy time.Duration) time.Duration {
	if healthy >= backoffReset {
		b.last = 0
	}
	b.last = min(max(2*b.last, backoffFirst), backoffMost)
	return b.last
}
