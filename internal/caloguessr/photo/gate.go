package photo

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// maxQueueTime is how long an upload waits for its turn.
	maxQueueTime = 5 * time.Second
	// largePhotoSize is the need from which on the memory is cleaned up before
	// others get it.
	largePhotoSize = 16 << 20
)

// decodeGate lets as many photos be decoded at a time as there are cores, and only
// as much as there is memory for.
type decodeGate struct {
	memory *semaphore.Weighted
	cores  *semaphore.Weighted
}

func newDecodeGate(parallel int, budget int64) decodeGate {
	return decodeGate{semaphore.NewWeighted(budget), semaphore.NewWeighted(int64(max(1, parallel)))}
}

// acquireSlot waits for memory and a core, and returns what gives them back. It
// fails with ErrBusy after a while, or with the error of ctx.
func (g decodeGate) acquireSlot(ctx context.Context, need int64) (leave func(), err error) {
	waiting, cancel := context.WithTimeoutCause(ctx, maxQueueTime, ErrBusy)
	defer cancel()
	if g.memory.Acquire(waiting, need) != nil {
		return nil, context.Cause(waiting)
	}
	if g.cores.Acquire(waiting, 1) != nil {
		g.memory.Release(need)
		return nil, context.Cause(waiting)
	}
	return func() {
		g.cores.Release(1)
		if need >= largePhotoSize {
			runtime.GC() // or the next photo would find what is left of this one
		}
		g.memory.Release(need)
	}, nil
}
