package proxy

import (
	"net/http"
	"time"

	"version-manager/internal/proxy/message"
)

// maxInformational is the number of 1xx answers that may come before the final
// one.
const maxInformational = 16

// awaitResponse reads response heads until the final one and passes early hints
// on.
func (x *exchange) awaitResponse() (message.ResponseHead, error) {
	if x.upload == nil {
		x.startHeaderTimeout()
	}
	defer x.stopHeaderTimeout()
	for range maxInformational {
		if _, err := x.upstream.Reader.Peek(1); err != nil {
			return message.ResponseHead{}, err
		}
		x.upstream.Answered = true
		h, err := message.ReadResponseHead(x.upstream.Reader, x.w.Header())
		if err != nil || h.Status >= 200 || h.Status == http.StatusSwitchingProtocols {
			return h, err
		}
		x.forwardInformational(h.Status)
		clear(x.w.Header())
	}
	return message.ResponseHead{}, message.ErrMalformed
}

// forwardInformational passes a 1xx answer on.
func (x *exchange) forwardInformational(status int) {
	if status == http.StatusContinue || !x.r.ProtoAtLeast(1, 1) {
		return // the body is on its way, or the client would not understand it
	}
	x.extendWriteDeadline()
	x.w.WriteHeader(status)
	x.clearWriteDeadline()
}

// startHeaderTimeout starts the time that an instance has for its response
// head. While the body is still on its way, the client is what we wait for.
func (x *exchange) startHeaderTimeout() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.proxy.options.HeaderTimeout; t > 0 && !x.headArrived && x.upstream != nil {
		_ = x.upstream.SetReadDeadline(time.Now().Add(t)) // fails on a closed connection, as reading will
	}
}

// stopHeaderTimeout stops that time, or keeps it from starting.
func (x *exchange) stopHeaderTimeout() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.headArrived = true
	if x.proxy.options.HeaderTimeout > 0 {
		_ = x.upstream.SetReadDeadline(time.Time{}) // as above
	}
}
