package proxy

import (
	"sync/atomic"
	"time"
)

// reusePolicy says which of an instance's kept connections a request may take.
type reusePolicy int

const (
	reuseAny    reusePolicy = iota // any that is open
	reuseProven                    // one that the app is known not to close yet
	reuseNone                      // none
)

// idleTolerance is for how long an instance keeps an unused connection open, as far
// as that was seen. An app does not tell, and one that closes a connection
// while a request is on its way has lost that request.
type idleTolerance struct {
	open   atomic.Int64 // the longest time after which one was still open
	closed atomic.Int64 // the shortest after which one was not; 0: never
}

// sawOpen notes that a connection was open after it had been unused for so long.
func (p *idleTolerance) sawOpen(idled time.Duration) {
	for now := p.open.Load(); now < int64(idled) && !p.open.CompareAndSwap(now, int64(idled)); {
		now = p.open.Load()
	}
}

// sawClosed notes that the instance had closed one by then.
func (p *idleTolerance) sawClosed(idled time.Duration) {
	idled = max(idled, 1)
	for now := p.closed.Load(); (now == 0 || now > int64(idled)) && !p.closed.CompareAndSwap(now, int64(idled)); {
		now = p.closed.Load()
	}
}

// idleSafetyMargin is for what a busy machine adds between the end of an answer and the
// moment at which the ingress has read it.
const idleSafetyMargin = 10 * time.Millisecond

// coversIdle reports whether a connection that has been unused for so long is
// safe: it has to be well below half of what the instance was seen to allow.
func (p *idleTolerance) coversIdle(idled time.Duration) bool {
	limit := p.open.Load()
	if closed := p.closed.Load(); closed != 0 {
		limit = min(limit, closed)
	}
	return int64(idled) < limit/2-int64(idleSafetyMargin)
}
