package proxy

import (
	"errors"
	"net/http"
	"os"

	"version-manager/internal/proxy/message"
	"version-manager/internal/proxy/upstream"
)

// awaitOrRepeat waits for the response head. An app may close a kept
// connection at the very moment at which it is used again. A request that may
// be repeated is then sent once more, over a new connection.
func (x *exchange) awaitOrRepeat() (message.ResponseHead, error) {
	h, err := x.awaitResponse()
	if err == nil || !x.wasLostOnReuse(err) {
		return h, err
	}
	x.instance.SawClosed(x.upstream.IdleTime)
	if !isRepeatable(x.r) || x.r.Context().Err() != nil {
		return h, err
	}
	x.proxy.options.Logger.Debug("repeat request", "color", x.state.color, "instance", x.instance.String(), "error", err)
	x.releaseInstance()
	if status := x.sendHead(upstream.ReuseNone); status != 0 {
		return h, &resendError{status}
	}
	return x.awaitResponse()
}

// wasLostOnReuse reports whether err means that the connection had been closed
// by the time the request arrived: it was a kept one, and not a byte came back.
// An instance that takes too long has the request.
func (x *exchange) wasLostOnReuse(err error) bool {
	return x.upstream.Reused && !x.upstream.Answered && x.abortedBy() == notAborted && !errors.Is(err, os.ErrDeadlineExceeded)
}

// isRepeatable reports whether sending the request twice does no harm (RFC
// 9110, 9.2.2), and all of it is there to be sent again.
func isRepeatable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return !message.HasBody(r)
	}
	return false
}

// reusePolicyFor returns the connections that a request may use. One that
// cannot be repeated takes no chances.
func reusePolicyFor(r *http.Request) upstream.ReusePolicy {
	if isRepeatable(r) {
		return upstream.ReuseAny
	}
	return upstream.ReuseProven
}

// releaseInstance gives the instance back before another one is picked.
func (x *exchange) releaseInstance() {
	x.upstream.Close()
	x.instance.InFlight.Add(-1)
	x.instance = nil
}

// resendError is the status with which sending again ended.
type resendError struct{ status int }

func (e *resendError) Error() string { return http.StatusText(e.status) }
