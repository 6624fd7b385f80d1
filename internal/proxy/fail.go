package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/message"
	"version-manager/internal/wire"
)

// failureStatus turns what went wrong while waiting for a response into a
// status.
func (x *exchange) failureStatus(err error) int {
	switch x.abortedBy() {
	case bodyMalformed:
		return http.StatusBadRequest
	case bodyTooSlow:
		return http.StatusRequestTimeout
	case colorDrained:
		return http.StatusServiceUnavailable
	case clientGone:
		return http.StatusBadGateway // which nobody will read
	}
	if failed, ok := errors.AsType[*resendError](err); ok {
		return failed.status
	}
	x.logFailure("read response", err)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// sendFailure answers with an error page of the ingress, if the client is still
// there to read it.
func (x *exchange) sendFailure(status int) {
	if why := x.abortedBy(); why == clientGone || (why == notAborted && x.r.Context().Err() != nil) {
		panic(http.ErrAbortHandler)
	}
	h := x.w.Header()
	clear(h)
	x.revealVersion(h)
	x.commitResponse()
	x.countAnswer(status, true)
	unread := x.hasUnreadBody()
	if unread && x.upload != nil {
		x.upload.stopUpload()
	}
	x.proxy.sendErrorPage(x.w, x.r, status, unread)
}

// sendErrorPage answers with an error page of the ingress. A client that does
// not read the answer, or whose unread body drips in, cannot hold the
// connection for long.
func (p *Proxy) sendErrorPage(w http.ResponseWriter, r *http.Request, status int, unread bool) {
	ctl := http.NewResponseController(w)
	now := time.Now()
	_ = ctl.SetWriteDeadline(now.Add(p.options.WriteTimeout)) // unlimited where there are no deadlines
	if unread && r.ProtoMajor == 1 {
		w.Header().Set("Connection", "close")
		_ = ctl.SetReadDeadline(now.Add(lingerTimeout))
	}
	p.rules.Load().addHSTS(w.Header(), r)
	if httpserver.IsLastAnswer(r) || r.ProtoMajor == 1 && r.ProtoMinor == 0 {
		w.Header().Set("Connection", "close")
	}
	writeErrorPage(w, r, status)
	if s := httpserver.SourceOf(r); unread && r.ProtoMajor == 1 && s != nil {
		_ = ctl.Flush() // or it would be late; a client that has gone misses nothing
		s.EndRequests()
	}
}

// hasUnreadBody reports whether a part of the request's body is still to come.
// An HTTP/1 connection has to end then, because that part would be taken for
// the next request.
func (x *exchange) hasUnreadBody() bool {
	return message.HasBody(x.r) && (x.upload == nil || !x.upload.complete.Load())
}

// revealVersion names color and version to our probe, and to clients on this
// machine that ask.
func (x *exchange) revealVersion(h http.Header) {
	_, asked := x.r.Header[wire.HeaderProbe]
	if x.from.probe || asked && (x.rules.Secret == "" || !x.rules.Guarded && x.from.addr.IsLoopback()) {
		h[wire.HeaderColor] = []string{string(x.state.color)}
		h[wire.HeaderVersion] = []string{x.version}
	}
}

// countAnswer counts an answer of the app, or one of ours in its place.
func (x *exchange) countAnswer(status int, ours bool) {
	x.state.requests.Add(1)
	if status >= 500 && (ours || !isDependencyStatus(status)) {
		x.state.errors.Add(1)
	}
}

// isDependencyStatus reports whether an app that answers so blames a service
// behind it, or its load, which is no fault of its version.
func isDependencyStatus(status int) bool {
	return status >= http.StatusBadGateway && status <= http.StatusGatewayTimeout
}

// logFailure logs why an instance could not be used, without the query, which
// may contain secrets.
func (x *exchange) logFailure(doing string, err error) {
	if x.abortedBy() == clientGone || errors.Is(err, context.Canceled) {
		return
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	x.proxy.options.Logger.Warn(doing, "color", x.state.color, "instance", x.instance.String(), "method", x.r.Method, "path", x.r.URL.Path, "error", err)
}
