package ingress

import (
	"net"
	"net/http"
	"time"
)

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
		if x.broken() == drained {
			return http.StatusServiceUnavailable
		}
		if n > 0 || x.r.Context().Err() != nil {
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
			x.allowWrite()
			x.w.WriteHeader(h.status)
			x.rest()
		}
		clear(x.w.Header())
	}
	return head{}, errMalformed
}
