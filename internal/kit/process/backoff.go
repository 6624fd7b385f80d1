package process

import "time"

// Backoff is the delay before a process that ended is started again, or a failed
// attempt is repeated. It doubles each time.
type Backoff struct {
	First, Most time.Duration
	Reset       time.Duration // after a good run of that length the delay is First again; zero: never

	last time.Duration
}

// Next returns the delay after a run that was good for that long.
func (b *Backoff) Next(good time.Duration) time.Duration {
	if b.Reset > 0 && good >= b.Reset {
		b.last = 0
	}
	b.last = min(max(2*b.last, b.First), b.Most)
	return b.last
}
