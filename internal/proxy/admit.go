package proxy

import (
	"net/netip"
	"sync/atomic"
)

// load is what one color has in flight, by what is limited. Unlike the counts
// that a drain waits for, it does not contain what is refused.
type load struct {
	requests atomic.Int64
	uploads  atomic.Int64
	tunnels  atomic.Int64
	refused  atomic.Uint64
}

// holder is somebody who can have many requests in flight: an HTTP/2 connection
// or a client's address.
type holder struct {
	open    atomic.Int64 // requests and tunnels
	uploads atomic.Int64

	ending func() // of a connection: there will be no further request

	key   netip.Prefix // of an address; under the lock of addresses
	users int
}

// ticket is the right of one request to be in flight.
type ticket struct {
	load      *load
	limits    Limits
	kind      *atomic.Int64 // of the load: requests or tunnels
	addresses *addresses
	client    *holder // nil: the address is not known
	conn      *holder // nil: the connection is for one request at a time, or for many clients
	uploading atomic.Bool
}

// admit takes a request in, or returns nil where there are too many. The
// request of our own probe is always let in: it is there to measure the app,
// and an app must not be taken back, nor a better one kept out, because users
// are more than the limits allow.
//
// A request whose body is still arriving counts as an upload and as nothing
// else, so that slow clients take no place from others. When it is all there it
// becomes a request, whatever the limit of those says: it is as good as done.
func (s *side) admit(x *exchange) *ticket {
	t := &ticket{load: &s.load, limits: x.rules.Limits}
	t.holders(x)
	ok := false
	switch {
	case hasBody(x.r):
		t.uploading.Store(true)
		ok = t.enter(&s.load.uploads, t.limits.Uploads)
	case upgrade(x.r) != "":
		ok = t.enter(&s.load.tunnels, t.limits.Tunnels)
	default:
		ok = t.enter(&s.load.requests, t.limits.Requests)
	}
	if !ok && !x.from.own {
		t.leave()
		s.load.refused.Add(1)
		return nil
	}
	return t
}

// holders finds out whom the request is counted against besides the color.
func (t *ticket) holders(x *exchange) {
	if x.from.known() && t.limits.PerClient > 0 {
		t.addresses, t.client = &x.p.addresses, x.p.addresses.take(network(x.from.addr))
	}
	// A trusted proxy may send many clients over one connection. Where everybody
	// is one, that says nothing.
	if x.r.ProtoMajor == 2 && (!x.from.trusted || x.rules.TrustPeer) {
		t.conn = holderOf(x.r)
	}
}

// enter counts the request in and reports whether that is within all limits.
func (t *ticket) enter(kind *atomic.Int64, limit int) bool {
	t.kind = kind
	used := kind.Add(1)
	ok := used <= int64(limit)
	for _, h := range []*holder{t.client, t.conn} {
		if h != nil {
			ok = fair(h.add(t.uploading.Load(), 1), used, int64(limit)) && ok
		}
	}
	return ok && (t.client == nil || t.client.open.Load() <= int64(t.limits.PerClient))
}

// add counts what a holder has, and returns how many of the same kind.
func (h *holder) add(upload bool, n int64) int64 {
	open := h.open.Add(n)
	if upload {
		return h.uploads.Add(n)
	}
	return open
}

// arrived says that the whole body is there.
func (t *ticket) arrived() {
	if !t.uploading.CompareAndSwap(true, false) {
		return
	}
	t.load.requests.Add(1)
	t.load.uploads.Add(-1)
	t.kind = &t.load.requests
	for _, h := range []*holder{t.client, t.conn} {
		if h != nil {
			h.uploads.Add(-1)
		}
	}
}

// leave gives everything back.
func (t *ticket) leave() {
	t.arrived()
	t.kind.Add(-1)
	for _, h := range []*holder{t.client, t.conn} {
		if h != nil {
			h.open.Add(-1)
		}
	}
	if t.client != nil {
		t.addresses.release(t.client)
	}
}
