package proxy

import (
	"net/netip"
	"sync/atomic"
)

// colorLoad is what one color has in flight, by what is limited. Unlike the counts
// that a drain waits for, it does not contain what is refused.
type colorLoad struct {
	requests atomic.Int64
	uploads  atomic.Int64
	tunnels  atomic.Int64
	refused  atomic.Uint64
}

// requestSource is somebody who can have many requests in flight: an HTTP/2 connection
// or a client's address.
type requestSource struct {
	open    atomic.Int64 // requests and tunnels
	uploads atomic.Int64

	lastRequest func() // of a connection: there will be no further request

	key   netip.Prefix // of an address; under the lock of addresses
	users int
}

// permit is the right of one request to be in flight.
type permit struct {
	load       *colorLoad
	limits     Limits
	kind       *atomic.Int64 // of the load: requests or tunnels
	addresses  *addressTable
	client     *requestSource // nil: the address is not known
	connection *requestSource // nil: the connection is for one request at a time, or for many clients
	uploading  atomic.Bool
}

// admitRequest takes a request in, or returns nil where there are too many. The
// request of our own probe is always let in: it is there to measure the app,
// and an app must not be taken back, nor a better one kept out, because users
// are more than the limits allow.
//
// A request whose body is still arriving counts as an upload and as nothing
// else, so that slow clients take no place from others. When it is all there it
// becomes a request, whatever the limit of those says: it is as good as done.
func (s *colorState) admitRequest(x *exchange) *permit {
	t := &permit{load: &s.load, limits: x.rules.Limits}
	t.findSources(x)
	ok := false
	switch {
	case hasBody(x.r):
		t.uploading.Store(true)
		ok = t.countIn(&s.load.uploads, t.limits.Uploads)
	case upgradeProtocol(x.r) != "":
		ok = t.countIn(&s.load.tunnels, t.limits.Tunnels)
	default:
		ok = t.countIn(&s.load.requests, t.limits.Requests)
	}
	if !ok && !x.from.probe {
		t.giveBack()
		s.load.refused.Add(1)
		return nil
	}
	return t
}

// findSources finds out whom the request is counted against besides the color.
func (t *permit) findSources(x *exchange) {
	if x.from.isKnown() && t.limits.PerClient > 0 {
		t.addresses, t.client = &x.proxy.addresses, x.proxy.addresses.acquireSource(clientNetwork(x.from.addr))
	}
	// A trusted proxy may send many clients over one connection. Where everybody
	// is one, that says nothing.
	if x.r.ProtoMajor == 2 && (!x.from.trusted || x.rules.TrustPeer) {
		t.connection = sourceOf(x.r)
	}
}

// countIn counts the request in and reports whether that is within all limits.
func (t *permit) countIn(kind *atomic.Int64, limit int) bool {
	t.kind = kind
	used := kind.Add(1)
	ok := used <= int64(limit)
	for _, h := range []*requestSource{t.client, t.connection} {
		if h != nil {
			ok = isFairShare(h.addRequests(t.uploading.Load(), 1), used, int64(limit)) && ok
		}
	}
	return ok && (t.client == nil || t.client.open.Load() <= int64(t.limits.PerClient))
}

// addRequests counts what a holder has, and returns how many of the same kind.
func (h *requestSource) addRequests(upload bool, n int64) int64 {
	open := h.open.Add(n)
	if upload {
		return h.uploads.Add(n)
	}
	return open
}

// bodyArrived says that the whole body is there.
func (t *permit) bodyArrived() {
	if !t.uploading.CompareAndSwap(true, false) {
		return
	}
	t.load.requests.Add(1)
	t.load.uploads.Add(-1)
	t.kind = &t.load.requests
	for _, h := range []*requestSource{t.client, t.connection} {
		if h != nil {
			h.uploads.Add(-1)
		}
	}
}

// giveBack gives everything back.
func (t *permit) giveBack() {
	t.bodyArrived()
	t.kind.Add(-1)
	for _, h := range []*requestSource{t.client, t.connection} {
		if h != nil {
			h.open.Add(-1)
		}
	}
	if t.client != nil {
		t.addresses.releaseSource(t.client)
	}
}
