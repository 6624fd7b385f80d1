package upload

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"
)

// Body is a request's body with a slot. Reading fails with ErrSlow when it loses its
// slot.
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
		b.deadline(next) // if it cannot be set, the server's own deadline applies
	} else {
		b.deadline(end)
	}
	if b.evicted.Load() { // otherwise our deadline would replace that of the eviction
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

// averageRate returns the average bytes per second.
func (b *Body) averageRate(now time.Time) float64 {
	return float64(b.read.Load()) / max(now.Sub(b.start).Seconds(), 0.001)
}

// endEarly makes the present read and all later ones fail.
func (b *Body) endEarly(now time.Time) {
	b.evicted.Store(true)
	b.deadline(now)
}

// ReleaseSlot frees the slot. If the body has arrived, the connection's deadline is
// removed: the server keeps reading to notice when the visitor leaves.
func (b *Body) ReleaseSlot(arrived bool) {
	b.receiver.mu.Lock()
	delete(b.receiver.open, b)
	b.receiver.mu.Unlock()
	if arrived && !b.evicted.Load() {
		b.deadline(time.Time{})
	}
}
