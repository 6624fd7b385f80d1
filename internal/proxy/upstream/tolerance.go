package upstream

import (
	"sync/atomic"
	"time"
)

// ReusePolicy says which of an instance's kept connections a request may use.
type ReusePolicy int

// The policies.
const (
	ReuseAny    ReusePolicy = iota // any that is open
	ReuseProven                    // one that the app is known to keep open for longer
	ReuseNone                      // none
)

// idleTolerance is how long an instance keeps an unused connection open, as far
// as that was observed. An app does not say, and one that closes a connection
// while a request is on its way has lost that request.
type idleTolerance struct {
	open   atomic.Int64 // the longest idle time after which one was still open
	closed atomic.Int64 // the shortest idle time after which one was closed; 0: never
}

// sawOpen records that a connection was open after this idle time.
func (t *idleTolerance) sawOpen(idle time.Duration) {
	for now := t.open.Load(); now < int64(idle) && !t.open.CompareAndSwap(now, int64(idle)); {
		now = t.open.Load()
	}
}

// sawClosed records that the instance had closed one within this idle time.
func (t *idleTolerance) sawClosed(idle time.Duration) {
	idle = max(idle, 1)
	for now := t.closed.Load(); (now == 0 || now > int64(idle)) && !t.closed.CompareAndSwap(now, int64(idle)); {
		now = t.closed.Load()
	}
}

// idleSafetyMargin covers the delay that a busy machine adds between the end of
// an answer and the moment at which the ingress has read it.
const idleSafetyMargin = 10 * time.Millisecond

// coversIdle reports whether a connection is safe to use after this idle time:
// it has to be well below half of what the instance was seen to allow.
func (t *idleTolerance) coversIdle(idle time.Duration) bool {
	limit := t.open.Load()
	if closed := t.closed.Load(); closed != 0 {
		limit = min(limit, closed)
	}
	return int64(idle) < limit/2-int64(idleSafetyMargin)
}
