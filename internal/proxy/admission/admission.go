// Package admission decides which requests may be in flight on one color.
//
// A [Load] counts what a color has in flight and admits a [Request] as long as
// it is within its [Limits]. The answer is a [Permit], which gives everything
// back when the request ends.
package admission

import (
	"net/netip"
	"sync/atomic"
)

// Load is what one color has in flight, by the kinds that are limited. Unlike
// the counts that a drain waits for, it does not contain refused requests.
type Load struct {
	requests atomic.Int64
	uploads  atomic.Int64
	tunnels  atomic.Int64
	refused  atomic.Uint64
}

// CountRefused returns the number of requests that were refused.
func (l *Load) CountRefused() int { return int(l.refused.Load()) }

// CountRequests returns the number of requests in flight whose body has arrived.
func (l *Load) CountRequests() int { return int(l.requests.Load()) }

// CountUploads returns the number of requests whose body is arriving.
func (l *Load) CountUploads() int { return int(l.uploads.Load()) }

// CountTunnels returns the number of WebSockets.
func (l *Load) CountTunnels() int { return int(l.tunnels.Load()) }

// Source is a client that can have many requests in flight: an HTTP/2
// connection or an address.
type Source struct {
	open    atomic.Int64 // requests and tunnels
	uploads atomic.Int64

	lastRequest func() // of a connection; nil for an address

	key   netip.Prefix // of an address; under the lock of Addresses
	users int
}

// NewConnectionSource returns the source for one connection. lastRequest is
// called when the connection will carry no further request.
func NewConnectionSource(lastRequest func()) *Source {
	return &Source{lastRequest: lastRequest}
}

// EndRequests says that the connection will carry no further request.
func (s *Source) EndRequests() { s.lastRequest() }

// Kind is how a request counts.
type Kind int

// The kinds of requests.
const (
	PlainRequest  Kind = iota // without a body
	UploadRequest             // with a body that is arriving
	TunnelRequest             // asks for a WebSocket or another protocol
)

// Request is what matters about a request.
type Request struct {
	Kind       Kind
	Limits     Limits
	Client     netip.Addr // not valid: the request counts for no address
	Connection *Source    // nil: it carries one request at a time, or those of many clients
	// Exempt requests are admitted whatever the limits say, and count.
	Exempt bool
}

// Permit is the right of one request to be in flight.
type Permit struct {
	load       *Load
	limits     Limits
	kind       *atomic.Int64 // of the load: requests or tunnels
	addresses  *Addresses
	client     *Source // nil: the address is not known
	connection *Source // nil: see Request.Connection
	uploading  atomic.Bool
}

// AdmitRequest counts a request in, or returns nil where there are too many.
//
// A request whose body is still arriving counts as an upload only, so that slow
// clients take no place from others. When the body has arrived it becomes a
// request, whatever the limit of those says: it is as good as answered.
func (l *Load) AdmitRequest(r Request, known *Addresses) *Permit {
	p := &Permit{load: l, limits: r.Limits, connection: r.Connection}
	if r.Client.IsValid() && r.Limits.PerClient > 0 {
		p.addresses, p.client = known, known.acquireSource(clientNetwork(r.Client))
	}
	ok := false
	switch r.Kind {
	case UploadRequest:
		p.uploading.Store(true)
		ok = p.countIn(&l.uploads, r.Limits.Uploads)
	case TunnelRequest:
		ok = p.countIn(&l.tunnels, r.Limits.Tunnels)
	default:
		ok = p.countIn(&l.requests, r.Limits.Requests)
	}
	if !ok && !r.Exempt {
		p.GiveBack()
		l.refused.Add(1)
		return nil
	}
	return p
}

// countIn counts the request in and reports whether it is within all limits.
func (p *Permit) countIn(kind *atomic.Int64, limit int) bool {
	p.kind = kind
	used := kind.Add(1)
	ok := used <= int64(limit)
	for _, s := range []*Source{p.client, p.connection} {
		if s != nil {
			ok = isFairShare(s.addRequests(p.uploading.Load(), 1), used, int64(limit)) && ok
		}
	}
	return ok && (p.client == nil || p.client.open.Load() <= int64(p.limits.PerClient))
}

// addRequests counts n for a source and returns how many it has of the same kind.
func (s *Source) addRequests(upload bool, n int64) int64 {
	open := s.open.Add(n)
	if upload {
		return s.uploads.Add(n)
	}
	return open
}

// BodyArrived turns an upload into a request.
func (p *Permit) BodyArrived() {
	if !p.uploading.CompareAndSwap(true, false) {
		return
	}
	p.load.requests.Add(1)
	p.load.uploads.Add(-1)
	p.kind = &p.load.requests
	for _, s := range []*Source{p.client, p.connection} {
		if s != nil {
			s.uploads.Add(-1)
		}
	}
}

// GiveBack ends the permit.
func (p *Permit) GiveBack() {
	p.BodyArrived()
	p.kind.Add(-1)
	for _, s := range []*Source{p.client, p.connection} {
		if s != nil {
			s.open.Add(-1)
		}
	}
	if p.client != nil {
		p.addresses.releaseSource(p.client)
	}
}
