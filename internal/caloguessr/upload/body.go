package upload

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// Body is a request's body that has a place. It fails with ErrSlow when it
// has to leave.
type Body struct {
	receiver *Receiver
	body     io.Reader
	deadline func(time.Time) error
	start    time.Time
	read     atomic.Int64
	evicted  atomic.Bool
}

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	now, l := time.Now(), b.receiver.limits
	if end := b.start.Add(l.Total); b.evicted.Load() || !now.Before(end) || b.isTooSlow(now) {
		return 0, ErrSlow
	} else if next := now.Add(l.Idle); next.Before(end) {
		b.deadline(next) // where it cannot be set, the server's own applies
	} else {
		b.deadline(end)
	}
	if b.evicted.Load() { // or its deadline would have been lost to ours
		return 0, ErrSlow
	}
	n, err := b.body.Read(p)
	b.read.Add(int64(n))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = ErrSlow
	}
	return n, err
}

func (b *Body) isTooSlow(now time.Time) bool {
	l := b.receiver.limits
	return now.Sub(b.start) > l.Grace && b.averageRate(now) < float64(l.Rate)
}

// averageRate is the average number of bytes per second.
func (b *Body) averageRate(now time.Time) float64 {
	return float64(b.read.Load()) / max(now.Sub(b.start).Seconds(), 0.001)
}

// endEarly ends a read that is under way, and all later ones.
func (b *Body) endEarly(now time.Time) {
	b.evicted.Store(true)
	b.deadline(now)
}

// ReleaseSlot gives the place back. If the body has arrived, its connection may be
// read from without a deadline again: the server does that to notice when a
// visitor has gone.
func (b *Body) ReleaseSlot(arrived bool) {
	b.receiver.mu.Lock()
	delete(b.receiver.open, b)
	b.receiver.mu.Unlock()
	if arrived && !b.evicted.Load() {
		b.deadline(time.Time{})
	}
}
