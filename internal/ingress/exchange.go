package ingress

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// past is a deadline that ends at once whatever waits for it.
var past = time.Unix(1, 0)

// ending is why an exchange is broken off before its natural end.
type ending int

const (
	none    ending = iota
	gone           // the client went away
	tooSlow        // the client's body did not come
	drained        // its color is being closed
)

// exchange is one request on its way to an instance and the answer on its way
// back. Its goroutine is the handler's; a request body is sent by a second one.
type exchange struct {
	p       *Proxy
	side    *side
	w       http.ResponseWriter
	r       *http.Request
	ctl     *http.ResponseController
	in      *instance
	version string
	upload  *upload // nil without a request body
	whole   bool    // the response was read to its end: the connection is clean
	writeBy time.Time
	leaving atomic.Bool // a WebSocket whose color is being closed

	mu        sync.Mutex
	up        *conn
	hijacked  net.Conn // the client's connection, after an upgrade
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
	status := x.send()
	if status != 0 {
		x.fail(status)
		return
	}
	if hasBody(x.r) {
		x.upload = startUpload(x)
	}
	stop := context.AfterFunc(x.r.Context(), x.clientGone)
	defer stop()
	h, err := x.await()
	switch {
	case err != nil:
		x.fail(x.blame(err))
	case h.status == http.StatusSwitchingProtocols:
		x.tunnel(h)
	default:
		x.respond(h)
	}
}

// send writes the request's head to an instance and returns 0, or the status
// to answer with. It tries another instance only while no byte has left.
func (x *exchange) send() int {
	buf := x.p.bufs.Get().(*[]byte)
	defer x.p.bufs.Put(buf)
	head, err := appendHead((*buf)[:0], x.r, x.p.client(x.r))
	if err != nil {
		return http.StatusBadRequest
	}
	status := http.StatusServiceUnavailable
	var tried []*instance
	for {
		in, version := x.side.pick(tried)
		if in == nil {
			return status
		}
		x.in, x.version, status = in, version, http.StatusBadGateway
		n, err := x.sendTo(in, head)
		if err == nil {
			return 0
		}
		x.log("send request", err)
		in.inFlight.Add(-1)
		x.in = nil
		if n > 0 || x.broken() != none || x.r.Context().Err() != nil {
			return status
		}
		tried = append(tried, in)
	}
}

// sendTo writes the head to one instance. Kept connections that turn out to
// be closed are replaced, the last time by a new one.
func (x *exchange) sendTo(in *instance, head []byte) (n int, err error) {
	for {
		c, err := in.connect(x.r.Context())
		if err != nil {
			return 0, err
		}
		if !x.attach(c) {
			return 0, net.ErrClosed
		}
		if n, err = c.Write(head); err == nil {
			return n, nil
		}
		c.Close()
		if n > 0 || !c.kept {
			return n, err
		}
	}
}

func (x *exchange) attach(c *conn) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.up = c; x.why != none {
		c.Close()
	}
	return x.why == none
}

// maxEarly is how many 1xx answers may come before the final one.
const maxEarly = 16

// await reads response heads until the final one, passing early hints on.
func (x *exchange) await() (head, error) {
	if t := x.p.o.HeaderTimeout; t > 0 {
		_ = x.up.SetReadDeadline(time.Now().Add(t))
		defer x.up.SetReadDeadline(time.Time{})
	}
	for range maxEarly {
		h, err := readHead(x.up.br, x.w.Header())
		if err != nil || h.status >= 200 || h.status == http.StatusSwitchingProtocols {
			return h, err
		}
		if h.status == http.StatusContinue {
			if x.upload != nil {
				x.upload.proceed()
			}
		} else if x.r.ProtoAtLeast(1, 1) {
			x.w.WriteHeader(h.status)
		}
		clear(x.w.Header())
	}
	return head{}, errMalformed
}

// blame turns what went wrong while waiting for a response into a status.
func (x *exchange) blame(err error) int {
	switch x.broken() {
	case tooSlow:
		return http.StatusRequestTimeout
	case drained:
		return http.StatusServiceUnavailable
	case gone:
		return http.StatusBadGateway // which nobody will read
	}
	x.log("read response", err)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// fail answers with the ingress's own page, if there is still somebody to
// read it.
func (x *exchange) fail(status int) {
	if why := x.broken(); why == gone || (why == none && x.r.Context().Err() != nil) {
		panic(http.ErrAbortHandler)
	}
	h := x.w.Header()
	clear(h)
	x.reveal(h)
	x.hangUpUnlessRead(h)
	x.commit()
	x.count(status)
	writePage(x.w, x.r, status)
}

// hangUpUnlessRead tells an HTTP/1 client that the connection ends, because
// the rest of its request would otherwise be taken for the next one.
func (x *exchange) hangUpUnlessRead(h http.Header) {
	if x.r.ProtoMajor == 1 && hasBody(x.r) && (x.upload == nil || !x.upload.finished()) {
		h.Set("Connection", "close")
	}
}

// reveal names color and version to who asked for it.
func (x *exchange) reveal(h http.Header) {
	if _, asked := x.r.Header[probeHeader]; asked {
		h[colorHeader] = []string{string(x.side.color)}
		h[versionHeader] = []string{x.version}
	}
}

func (x *exchange) count(status int) {
	x.side.requests.Add(1)
	if status >= 500 {
		x.side.errors.Add(1)
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
	if why == drained && x.hijacked != nil {
		x.hijacked.Close()
	} else if why == drained && x.committed {
		_ = x.ctl.SetReadDeadline(past) // cannot fail on a server's connection
		_ = x.ctl.SetWriteDeadline(past)
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

// log tells why an instance was of no use; without the query, which may hold
// secrets.
func (x *exchange) log(doing string, err error) {
	if x.broken() == gone || errors.Is(err, context.Canceled) {
		return
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	x.p.o.Logger.Warn(doing, "color", x.side.color, "instance", x.in.addr, "method", x.r.Method, "path", x.r.URL.Path, "error", err)
}
