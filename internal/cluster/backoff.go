package cluster

import "time"

const (
	backoffFirst = 200 * time.Millisecond
	backoffMost  = 10 * time.Second
	backoffReset = 30 * time.Second // having run for that long, an end is the first again
)

// backoff is how long to wait before a program that ended is started again.
type backoff struct{ last time.Duration }

func (b *backoff) next(ran time.Duration) time.Duration {
	if ran >= backoffReset {
		b.last = 0
	}
	b.last = min(max(2*b.last, backoffFirst), backoffMost)
	return b.last
}
