package proxy

import (
	"errors"
	"net/http"
	"os"
)

// awaitOrRepeat waits for the response head. An app may close a kept
// connection at the very moment at which it is used again; a request that may
// be repeated is then sent once more, over a new connection.
func (x *exchange) awaitOrRepeat() (responseHead, error) {
	h, err := x.awaitResponse()
	if err == nil || !x.wasLostOnReuse(err) {
		return h, err
	}
	x.instance.tolerance.sawClosed(x.upstream.idleTime)
	if !x.isRepeatable() || x.r.Context().Err() != nil {
		return h, err
	}
	x.proxy.options.Logger.Debug("repeat request", "color", x.state.color, "instance", x.instance.addr, "error", err)
	x.releaseInstance()
	if status := x.sendHead(reuseNone); status != 0 {
		return h, &resendError{status}
	}
	return x.awaitResponse()
}

// wasLostOnReuse reports whether err means that the connection had been closed
// by the time the request arrived: it was a kept one, and not a byte came back.
// An instance that takes too long has the request.
func (x *exchange) wasLostOnReuse(err error) bool {
	return x.upstream.reused && !x.upstream.answered && x.abortedBy() == notAborted && !errors.Is(err, os.ErrDeadlineExceeded)
}

// isRepeatable reports whether sending the request twice does no harm (RFC
// 9110, 9.2.2), and it is all there to be sent.
func (x *exchange) isRepeatable() bool {
	switch x.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return !hasBody(x.r)
	}
	return false
}

// reusePolicy says on which connections the request may go. What cannot be repeated
// takes no chances.
func (x *exchange) reusePolicy() reusePolicy {
	if x.isRepeatable() {
		return reuseAny
	}
	return reuseProven
}

// releaseInstance gives the instance back before another one is picked.
func (x *exchange) releaseInstance() {
	x.upstream.Close()
	x.instance.inFlight.Add(-1)
	x.instance = nil
}

// resendError is the status with which sending again ended.
type resendError struct{ status int }

func (e *resendError) Error() string { return http.StatusText(e.status) }
