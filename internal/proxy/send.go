package proxy

import (
	"net"
	"net/http"
)

// send writes the request's head to an instance and returns 0, or the status
// to answer with. It tries another instance only while no byte has left.
func (x *exchange) send(which reuse) int {
	buf := x.p.bufs.Get().(*[]byte)
	defer x.p.bufs.Put(buf)
	head, err := appendHead((*buf)[:0], x.r, &x.from)
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
		n, err := x.sendTo(in, head, which)
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
// be closed are replaced, the last time by a new one. Once a part of the head
// has left, only a request that may be repeated is sent again.
func (x *exchange) sendTo(in *instance, head []byte, which reuse) (n int, err error) {
	for {
		c, err := in.connect(x.r.Context(), which)
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
		if !c.kept || (n > 0 && !x.repeatable()) {
			return n, err
		}
		if n > 0 {
			which = fresh
		}
		in.patience.sawClosed(c.idled)
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
