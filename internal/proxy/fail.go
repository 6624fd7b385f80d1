package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// blame turns what went wrong while waiting for a response into a status.
func (x *exchange) blame(err error) int {
	switch x.broken() {
	case malformed:
		return http.StatusBadRequest
	case tooSlow:
		return http.StatusRequestTimeout
	case drained:
		return http.StatusServiceUnavailable
	case gone:
		return http.StatusBadGateway // which nobody will read
	}
	if failed, ok := errors.AsType[*sendError](err); ok {
		return failed.status
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
	x.commit()
	x.count(status, true)
	unread := x.unread()
	if unread && x.upload != nil {
		x.upload.stop()
	}
	x.p.page(x.w, x.r, status, unread)
}

// page answers with a page of the ingress's own. A client that takes no
// answer, or whose unread body drips in, cannot hold the connection for long.
func (p *Proxy) page(w http.ResponseWriter, r *http.Request, status int, unread bool) {
	ctl := http.NewResponseController(w)
	now := time.Now()
	_ = ctl.SetWriteDeadline(now.Add(p.o.WriteTimeout)) // unlimited where there are no deadlines
	if unread && r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
		_ = ctl.SetReadDeadline(now.Add(lingerTimeout))
	}
	p.rules.Load().secure(w.Header(), r)
	if lastAnswer(r) || r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		w.Header().Set("Connection", "close")
	}
	writePage(w, r, status)
	if h := holderOf(r); unread && r.ProtoMajor == 1 && h != nil {
		_ = ctl.Flush() // or it would be late; a client that has gone misses nothing
		h.ending()
	}
}

// unread reports whether a part of the request's body is still to come. An
// HTTP/1 connection has to end then, because that part would be taken for the
// next request.
func (x *exchange) unread() bool {
	return hasBody(x.r) && (x.upload == nil || !x.upload.last.Load())
}

// reveal names color and version to our probe, and to who asks at this machine.
func (x *exchange) reveal(h http.Header) {
	_, asked := x.r.Header[probeHeader]
	if x.from.own || asked && (x.rules.Secret == "" || !x.rules.Guarded && x.from.addr.IsLoopback()) {
		h[colorHeader] = []string{string(x.side.color)}
		h[versionHeader] = []string{x.version}
	}
}

func (x *exchange) count(status int, own bool) {
	x.side.requests.Add(1)
	if status >= 500 && (own || !dependency(status)) {
		x.side.errors.Add(1)
	}
}

// dependency reports whether an app that answers so speaks of somebody behind
// it or of load, which is no fault of its version.
func dependency(status int) bool {
	return status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout
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
