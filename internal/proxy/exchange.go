package proxy

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// pastDeadline is a deadline that ends at once whatever waits for it.
func pastDeadline() time.Time { return time.Unix(1, 0) }

// abortReason is why an exchange is broken off before its natural end.
type abortReason int

const (
	notAborted    abortReason = iota
	clientGone                // the client went away
	bodyTooSlow               // the client's body did not come
	bodyMalformed             // the client's body breaks the rules
	colorDrained              // its color is being closed
)

// exchange is one request on its way to an instance and the answer on its way
// back. Its goroutine is the handler's; a request body is sent by a second one.
type exchange struct {
	proxy         *Proxy
	state         *colorState
	w             http.ResponseWriter
	r             *http.Request
	rules         *ruleSet // as they were when it began
	from          clientInfo
	permit        *permit
	ctl           *http.ResponseController
	instance      *instance
	version       string
	upload        *upload     // nil without a request body
	complete      bool        // the response was read to its end: the connection is clean
	writeDeadline time.Time   // the client's deadline, as last set
	goodbyeDue    atomic.Bool // a WebSocket whose color is being closed

	mu          sync.Mutex
	upstream    *upstreamConn
	hijacked    net.Conn     // the client's connection, after an upgrade
	headArrived bool         // the response head has arrived
	committed   bool         // the final response head is on its way
	frames      *frameReader // of a WebSocket; nil: something else
	aborted     abortReason
	ended       bool

	next, prev *exchange // in the side's openSet, under its lock
}

// serveRequest answers the request, with a page of the ingress's own if nobody else
// does.
func (x *exchange) serveRequest() {
	x.ctl = http.NewResponseController(x.w)
	defer x.endExchange()
	if hasBody(x.r) {
		if status := x.receiveFirstPart(); status != 0 {
			x.sendFailure(status)
			return
		}
	}
	if status := x.sendHead(x.reusePolicy()); status != 0 {
		x.sendFailure(status)
		return
	}
	if x.upload != nil {
		x.upload.startSending()
	}
	stop := context.AfterFunc(x.r.Context(), x.handleClientGone)
	defer stop()
	h, err := x.awaitOrRepeat()
	switch {
	case err != nil:
		x.sendFailure(x.failureStatus(err))
	case h.status == http.StatusSwitchingProtocols:
		x.runTunnel(h)
	default:
		x.sendResponse(h)
	}
}

// commitResponse marks the moment from which breaking off has to cut the client's
// connection too. It fails if the exchange was broken off before.
func (x *exchange) commitResponse() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.committed = true
	return x.aborted == notAborted
}

func (x *exchange) abortedBy() abortReason {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.aborted
}

// handleClientGone is called when the request's context ends. net/http ends it as
// well when a body does not come in time, and when one direction of a tunnel
// ends; who reads there knows better.
func (x *exchange) handleClientGone() {
	x.mu.Lock()
	tunnel := x.hijacked != nil
	x.mu.Unlock()
	if !tunnel && (x.upload == nil || !x.upload.reading.Load()) {
		x.abortExchange(clientGone)
	}
}

// abortExchange ends the exchange from another goroutine. It reports false if it
// was over already.
func (x *exchange) abortExchange(why abortReason) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended || x.aborted != notAborted {
		return false
	}
	x.aborted = why
	if x.upstream != nil {
		x.upstream.Close()
	}
	if why == colorDrained && x.upstream == nil && x.upload != nil {
		_ = x.ctl.SetReadDeadline(pastDeadline()) // it waits for its body
	}
	if why == colorDrained && x.hijacked != nil {
		x.hijacked.Close()
	} else if why == colorDrained && x.committed {
		_ = x.ctl.SetReadDeadline(pastDeadline()) // cannot fail on a server's connection
		_ = x.ctl.SetWriteDeadline(pastDeadline())
	}
	return true
}

// endExchange gives back what the exchange held, also when it panics.
func (x *exchange) endExchange() {
	if x.upload != nil {
		x.upload.stopUpload()
	}
	x.mu.Lock()
	x.ended = true
	clean := x.complete && x.aborted == notAborted
	x.mu.Unlock()
	if x.instance == nil {
		return
	}
	if clean && x.upstream.br.Buffered() == 0 {
		x.instance.keepIdle(x.upstream)
	} else {
		x.upstream.Close()
	}
	x.instance.inFlight.Add(-1)
}
