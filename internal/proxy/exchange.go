package proxy

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// past is a deadline that ends at once whatever waits for it.
func past() time.Time { return time.Unix(1, 0) }

// ending is why an exchange is broken off before its natural end.
type ending int

const (
	none      ending = iota
	gone             // the client went away
	tooSlow          // the client's body did not come
	malformed        // the client's body breaks the rules
	drained          // its color is being closed
)

// exchange is one request on its way to an instance and the answer on its way
// back. Its goroutine is the handler's; a request body is sent by a second one.
type exchange struct {
	p       *Proxy
	side    *side
	w       http.ResponseWriter
	r       *http.Request
	rules   *rules // as they were when it began
	from    client
	ticket  *ticket
	ctl     *http.ResponseController
	in      *instance
	version string
	upload  *upload     // nil without a request body
	whole   bool        // the response was read to its end: the connection is clean
	writeBy time.Time   // the client's deadline, as last set
	leaving atomic.Bool // a WebSocket whose color is being closed

	mu        sync.Mutex
	up        *conn
	hijacked  net.Conn // the client's connection, after an upgrade
	headIn    bool     // the response head has arrived
	committed bool     // the final response head is on its way
	frames    *frames  // of a WebSocket; nil: something else
	why       ending
	ended     bool

	next, prev *exchange // in the side's openSet, under its lock
}

// serve answers the request, with a page of the ingress's own if nobody else
// does.
func (x *exchange) serve() {
	x.ctl = http.NewResponseController(x.w)
	defer x.end()
	if hasBody(x.r) {
		if status := x.receiveFirst(); status != 0 {
			x.fail(status)
			return
		}
	}
	if status := x.send(x.reuse()); status != 0 {
		x.fail(status)
		return
	}
	if x.upload != nil {
		x.upload.start()
	}
	stop := context.AfterFunc(x.r.Context(), x.clientGone)
	defer stop()
	h, err := x.awaitOrRepeat()
	switch {
	case err != nil:
		x.fail(x.blame(err))
	case h.status == http.StatusSwitchingProtocols:
		x.tunnel(h)
	default:
		x.respond(h)
	}
}

// commit marks the moment from which breaking off has to cut the client's
// connection too. It fails if the exchange was broken off before.
func (x *exchange) commit() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.committed = true
	return x.why == none
}

func (x *exchange) broken() ending {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.why
}

// clientGone is called when the request's context ends. net/http ends it as
// well when a body does not come in time, and when one direction of a tunnel
// ends; who reads there knows better.
func (x *exchange) clientGone() {
	x.mu.Lock()
	tunnel := x.hijacked != nil
	x.mu.Unlock()
	if !tunnel && (x.upload == nil || !x.upload.reading.Load()) {
		x.breakOff(gone)
	}
}

// breakOff ends the exchange from another goroutine. It reports false if it
// was over already.
func (x *exchange) breakOff(why ending) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended || x.why != none {
		return false
	}
	x.why = why
	if x.up != nil {
		x.up.Close()
	}
	if why == drained && x.up == nil && x.upload != nil {
		_ = x.ctl.SetReadDeadline(past()) // it waits for its body
	}
	if why == drained && x.hijacked != nil {
		x.hijacked.Close()
	} else if why == drained && x.committed {
		_ = x.ctl.SetReadDeadline(past()) // cannot fail on a server's connection
		_ = x.ctl.SetWriteDeadline(past())
	}
	return true
}

// end gives back what the exchange held, also when it panics.
func (x *exchange) end() {
	if x.upload != nil {
		x.upload.stop()
	}
	x.mu.Lock()
	x.ended = true
	clean := x.whole && x.why == none
	x.mu.Unlock()
	if x.in == nil {
		return
	}
	if clean && x.up.br.Buffered() == 0 {
		x.in.keep(x.up)
	} else {
		x.up.Close()
	}
	x.in.inFlight.Add(-1)
}
