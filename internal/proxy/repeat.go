package proxy

import (
	"errors"
	"net/http"
	"os"
)

// awaitOrRepeat waits for the response head. An app may close a kept
// connection at the very moment at which it is used again; a request that may
// be repeated is then sent once more, over a new connection.
func (x *exchange) awaitOrRepeat() (head, error) {
	h, err := x.await()
	if err == nil || !x.lostOnReuse(err) {
		return h, err
	}
	x.in.patience.sawClosed(x.up.idled)
	if !x.repeatable() || x.r.Context().Err() != nil {
		return h, err
	}
	x.p.o.Logger.Debug("repeat request", "color", x.side.color, "instance", x.in.addr, "error", err)
	x.release()
	if status := x.send(fresh); status != 0 {
		return h, &sendError{status}
	}
	return x.await()
}

// lostOnReuse reports whether err means that the connection had been closed
// by the time the request arrived: it was a kept one, and not a byte came back.
// An instance that takes too long has the request.
func (x *exchange) lostOnReuse(err error) bool {
	return x.up.kept && !x.up.answers && x.broken() == none && !errors.Is(err, os.ErrDeadlineExceeded)
}

// repeatable reports whether sending the request twice does no harm (RFC
// 9110, 9.2.2), and it is all there to be sent.
func (x *exchange) repeatable() bool {
	switch x.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return !hasBody(x.r)
	}
	return false
}

// reuse says on which connections the request may go. What cannot be repeated
// takes no chances.
func (x *exchange) reuse() reuse {
	if x.repeatable() {
		return kept
	}
	return proven
}

// release gives the instance back before another one is picked.
func (x *exchange) release() {
	x.up.Close()
	x.in.inFlight.Add(-1)
	x.in = nil
}

// sendError is the status with which sending again ended.
type sendError struct{ status int }

func (e *sendError) Error() string { return http.StatusText(e.status) }
