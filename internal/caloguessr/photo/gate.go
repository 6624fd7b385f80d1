package photo

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// maxQueueTime is the longest time that an upload waits for its turn.
	maxQueueTime = 5 * time.Second
	// largePhotoSize is the memory need from which garbage is collected before
	// others get the memory.
	largePhotoSize = 16 << 20
)

// decodeGate limits how many photos are decoded at a time: one per core, and only as
// many as fit into memory.
type decodeGate struct {
	memory *semaphore.Weighted
	cores  *semaphore.Weighted
}

func newDecodeGate(parallel int, budget int64) decodeGate {
	return decodeGate{semaphore.NewWeighted(budget), semaphore.NewWeighted(int64(max(1, parallel)))}
}

// acquireSlot waits for memory and a core, and returns the function that releases
// them. It fails with ErrBusy after a while, or with the error of ctx.
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
			runtime.GC() // otherwise the garbage of this photo would add to the next one
		}
		g.memory.Release(need)
	}, nil
}
