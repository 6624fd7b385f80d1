package proxy

import (
	"context"
	"net/http"
	"sync"
	"time"

	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/message"
	"version-manager/internal/proxy/upstream"
)

// pastDeadline is a deadline that ends at once whatever waits for it.
func pastDeadline() time.Time { return time.Unix(1, 0) }

// abortReason says why an exchange ends before its natural end.
type abortReason int

const (
	notAborted    abortReason = iota
	clientGone                // the client closed its connection
	bodyTooSlow               // the client's body did not arrive in time
	bodyMalformed             // the client's body breaks the rules
	colorDrained              // its color is being closed
)

// exchange is one request to an instance and its answer. It runs in the handler's goroutine; a second one sends the body.
type exchange struct {
	proxy         *Proxy
	state         *colorState
	w             http.ResponseWriter
	r             *http.Request
	rules         *ruleSet // as they were when it began
	from          clientInfo
	permit        *admission.Permit
	ctl           *http.ResponseController
	instance      *upstream.Instance
	version       string
	upload        *upload   // nil without a request body
	complete      bool      // the response was read to its end: the connection is clean
	writeDeadline time.Time // the client's, as last set

	mu          sync.Mutex
	upstream    *upstream.Conn
	tunnel      *tunnel // after an upgrade, else nil
	headArrived bool    // the response head is there
	committed   bool    // the final response head is on its way
	aborted     abortReason
	ended       bool

	next, prev *exchange // in the color's openSet, under its lock
}

// serveRequest answers the request, with an error page of the ingress if no
// instance does.
func (x *exchange) serveRequest() {
	x.ctl = http.NewResponseController(x.w)
	defer x.endExchange()
	if message.HasBody(x.r) {
		if status := x.receiveFirstPart(); status != 0 {
			x.sendFailure(status)
			return
		}
	}
	if status := x.sendHead(reusePolicyFor(x.r)); status != 0 {
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
	case h.Status == http.StatusSwitchingProtocols:
		x.runTunnel(h)
	default:
		x.sendResponse(h)
	}
}

// commitResponse marks the moment from which aborting has to cut the client's
// connection too. It reports false if the exchange was aborted before.
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

// handleClientGone runs when the request's context ends. net/http also ends it
// when a body does not arrive in time and when one direction of a tunnel ends.
// In these cases the code that reads there knows better what happened.
func (x *exchange) handleClientGone() {
	x.mu.Lock()
	tunneled := x.tunnel != nil
	x.mu.Unlock()
	if !tunneled && (x.upload == nil || !x.upload.reading.Load()) {
		x.abortExchange(clientGone)
	}
}

// abortExchange ends the exchange from another goroutine. It reports false if
// the exchange was over already.
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
	if why == colorDrained && x.tunnel != nil {
		x.tunnel.client.Close()
	} else if why == colorDrained && x.committed {
		_ = x.ctl.SetReadDeadline(pastDeadline()) // cannot fail on a server's connection
		_ = x.ctl.SetWriteDeadline(pastDeadline())
	}
	return true
}

// endExchange releases what the exchange held, also after a panic.
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
	if clean && x.upstream.Reader.Buffered() == 0 {
		x.instance.KeepIdle(x.upstream)
	} else {
		x.upstream.Close()
	}
	x.instance.InFlight.Add(-1)
}
