package proxy

import (
	"net"
	"net/http"

	"version-manager/internal/proxy/upstream"
)

// sendHead writes the request's head to an instance and returns 0, or the
// status to answer with. It tries another instance only while no byte has left.
func (x *exchange) sendHead(policy upstream.ReusePolicy) int {
	buf := x.proxy.buffers.Get().(*[]byte)
	defer x.proxy.buffers.Put(buf)
	head, err := appendRequestHead((*buf)[:0], x.r, &x.from)
	if err != nil {
		return http.StatusBadRequest
	}
	status := http.StatusServiceUnavailable
	var tried []*upstream.Instance
	for {
		in, version := x.state.pickInstance(tried)
		if in == nil {
			return status
		}
		x.instance, x.version, status = in, version, http.StatusBadGateway
		n, err := x.sendTo(in, head, policy)
		if err == nil {
			return 0
		}
		x.logFailure("send request", err)
		in.InFlight.Add(-1)
		x.instance = nil
		if x.abortedBy() == colorDrained {
			return http.StatusServiceUnavailable
		}
		if n > 0 || x.r.Context().Err() != nil {
			return status
		}
		tried = append(tried, in)
	}
}

// sendTo writes the head to one instance. Kept connections that turn out to be
// closed are replaced, the last time by a new one. Once a part of the head has
// left, only a request that may be repeated is sent again.
func (x *exchange) sendTo(in *upstream.Instance, head []byte, policy upstream.ReusePolicy) (n int, err error) {
	for {
		c, err := in.AcquireConn(x.r.Context(), policy)
		if err != nil {
			return 0, err
		}
		if !x.attachConn(c) {
			return 0, net.ErrClosed
		}
		if n, err = c.Write(head); err == nil {
			return n, nil
		}
		c.Close()
		if !c.Reused || (n > 0 && !isRepeatable(x.r)) {
			return n, err
		}
		if n > 0 {
			policy = upstream.ReuseNone
		}
		in.SawClosed(c.IdleTime)
	}
}

// attachConn reports false if the exchange was aborted meanwhile.
func (x *exchange) attachConn(c *upstream.Conn) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.upstream = c; x.aborted != notAborted {
		c.Close()
	}
	return x.aborted == notAborted
}
