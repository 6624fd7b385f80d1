package proxy

import (
	"net/http"
	"time"
)

// maxEarly is how many 1xx answers may come before the final one.
const maxEarly = 16

// await reads response heads until the final one, passing early hints on.
func (x *exchange) await() (head, error) {
	if x.upload == nil {
		x.bodySent()
	}
	defer x.headArrived()
	for range maxEarly {
		if _, err := x.up.br.Peek(1); err != nil {
			return head{}, err
		}
		x.up.answers = true
		h, err := readHead(x.up.br, x.w.Header())
		if err != nil || h.status >= 200 || h.status == http.StatusSwitchingProtocols {
			return h, err
		}
		x.passEarly(h)
		clear(x.w.Header())
	}
	return head{}, errMalformed
}

// passEarly handles a 1xx answer.
func (x *exchange) passEarly(h head) {
	if h.status == http.StatusContinue || !x.r.ProtoAtLeast(1, 1) {
		return // the body is on its way, or nobody would understand it
	}
	x.allowWrite()
	x.w.WriteHeader(h.status)
	x.rest()
}

// bodySent begins the time that an instance has for its response head. While
// the body is still on its way, it is the client that is waited for.
func (x *exchange) bodySent() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.p.o.HeaderTimeout; t > 0 && !x.headIn && x.up != nil {
		_ = x.up.SetReadDeadline(time.Now().Add(t)) // fails on a closed one, as reading will
	}
}

// headArrived ends that time, or keeps it from beginning.
func (x *exchange) headArrived() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.headIn = true
	if x.p.o.HeaderTimeout > 0 {
		_ = x.up.SetReadDeadline(time.Time{}) // as above
	}
}
