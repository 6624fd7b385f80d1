package process

import "time"

// Backoff is how long to wait before a process that ended is started again:
// twice as long each time.
type Backoff struct {
	First, Most time.Duration
	Reset       time.Duration // after a run that was good for that long, an end is the first again

	last time.Duration
}

// Next returns the wait after a run that was good for that long.
func (b *Backoff) Next(good time.Duration) time.Duration {
	if good >= b.Reset {
		b.last = 0
	}
	b.last = min(max(2*b.last, b.First), b.Most)
	return b.last
}
