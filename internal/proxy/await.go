package proxy

import (
	"net/http"
	"time"
)

// maxInformational is how many 1xx answers may come before the final one.
const maxInformational = 16

// awaitResponse reads response heads until the final one, passing early hints on.
func (x *exchange) awaitResponse() (responseHead, error) {
	if x.upload == nil {
		x.startHeaderTimeout()
	}
	defer x.stopHeaderTimeout()
	for range maxInformational {
		if _, err := x.upstream.br.Peek(1); err != nil {
			return responseHead{}, err
		}
		x.upstream.answered = true
		h, err := readResponseHead(x.upstream.br, x.w.Header())
		if err != nil || h.status >= 200 || h.status == http.StatusSwitchingProtocols {
			return h, err
		}
		x.forwardInformational(h)
		clear(x.w.Header())
	}
	return responseHead{}, errMalformed
}

// forwardInformational handles a 1xx answer.
func (x *exchange) forwardInformational(h responseHead) {
	if h.status == http.StatusContinue || !x.r.ProtoAtLeast(1, 1) {
		return // the body is on its way, or nobody would understand it
	}
	x.extendWriteDeadline()
	x.w.WriteHeader(h.status)
	x.clearWriteDeadline()
}

// startHeaderTimeout begins the time that an instance has for its response head. While
// the body is still on its way, it is the client that is waited for.
func (x *exchange) startHeaderTimeout() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.proxy.options.HeaderTimeout; t > 0 && !x.headArrived && x.upstream != nil {
		_ = x.upstream.SetReadDeadline(time.Now().Add(t)) // fails on a closed one, as reading will
	}
}

// stopHeaderTimeout ends that time, or keeps it from beginning.
func (x *exchange) stopHeaderTimeout() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.headArrived = true
	if x.proxy.options.HeaderTimeout > 0 {
		_ = x.upstream.SetReadDeadline(time.Time{}) // as above
	}
}
