// Package ingress is the reverse proxy in front of an app's two colors. It
// decides per request which color answers, counts what is in flight on each,
// and can say with certainty when nothing will reach the old color any more.
//
// Start with [New], which returns a [*Proxy]; [Server] wraps it in an
// http.Server whose limits and timeouts are set for the open internet. Who
// starts the instances, checks their health and decides about switching is
// somebody else: the ingress is told through SetPool and Switch and keeps no
// state on disk.
//
// One atomic pointer is the route. A request first counts itself in on a
// color and then looks whether the pointer is still the one it had read; if
// not, it counts itself out and chooses again. So once Switch has returned no
// request can begin on the old color through the public route, and when
// InFlight of that color is zero it stays zero. The preview host goes on
// reaching the standby color until its pool is emptied.
//
// A request is sent a second time only if not a single byte of it has left:
// otherwise the app might do twice what was asked for once. Request and
// response head are handled by this package, because the general client of
// net/http costs two goroutines for each upstream connection; reading from
// clients, with all refusals of malformed and ambiguous requests, stays with
// net/http's server.
package proxy

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"version-manager/internal/color"
)

// Options say how a Proxy treats requests. Zero durations mean the default.
type Options struct {
	// Rules are those at the beginning; see SetRules.
	Rules Rules
	// HeaderTimeout ends the wait for an upstream's response head with a 504.
	// It begins when the whole request was sent. Zero: no limit, long requests
	// are legal.
	HeaderTimeout time.Duration
	// DialTimeout limits connecting to an instance. Default 1 s.
	DialTimeout time.Duration
	// Backoff is how long an instance is passed over after it could not be
	// connected to. Default 250 ms.
	Backoff time.Duration
	// IdleTimeout is how long an unused upstream connection is kept. It has to
	// be shorter than what the app allows. Default 4 s.
	IdleTimeout time.Duration
	// BodyTimeout ends a request with a 408 if the ingress has waited that long
	// for the next byte of its body. Default 30 s.
	BodyTimeout time.Duration
	// WriteTimeout breaks off a client that takes no byte for that long.
	// Default 60 s.
	WriteTimeout time.Duration
	// Logger hears why a request got a 502 or 504. Default: nobody does.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at    *time.Duration
		value time.Duration
	}{
		{&o.DialTimeout, time.Second},
		{&o.Backoff, 250 * time.Millisecond},
		{&o.IdleTimeout, 4 * time.Second},
		{&o.BodyTimeout, 30 * time.Second},
		{&o.WriteTimeout, time.Minute},
	} {
		if *d.at == 0 {
			*d.at = d.value
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Proxy routes requests to one of two colors. All methods may be called at
// any time from any goroutine.
type Proxy struct {
	options Options
	route   atomic.Pointer[route]
	rules   atomic.Pointer[ruleSet]
	blue    *colorState
	green   *colorState
	buffers sync.Pool // of *[]byte with bufSize bytes

	addresses addressTable
}

// largeBufferSize is what a body is moved in: as large as helps, as small as allows
// some hundred slow streams.
const largeBufferSize = 32 << 10

var _ http.Handler = (*Proxy)(nil)

// NewProxy returns a Proxy that answers 503 until it is given a pool and a color.
func NewProxy(o Options) *Proxy {
	o = o.withDefaults()
	p := &Proxy{options: o, blue: newColorState(color.Blue, &o), green: newColorState(color.Green, &o)}
	p.buffers.New = func() any { b := make([]byte, largeBufferSize); return &b }
	p.route.Store(&route{})
	p.addresses.sources = map[netip.Prefix]*requestSource{}
	p.SetRules(o.Rules)
	return p
}

// SetPool makes addrs, each a host:port of a ready instance running version,
// the ones that color c may use from now on. An address that leaves gets no
// new request; those it is answering go on.
func (p *Proxy) SetPool(c color.Color, version string, addrs []string) {
	if s := p.stateOf(c); s != nil {
		s.setPool(version, addrs)
	}
}

// InFlight counts the requests that color c is answering. They end by
// themselves; see Tunnels for what may not.
func (p *Proxy) InFlight(c color.Color) int {
	if s := p.stateOf(c); s != nil {
		return int(s.inFlight.Load())
	}
	return 0
}

// OpenTunnels counts the WebSockets and other upgraded connections of color c.
func (p *Proxy) OpenTunnels(c color.Color) int {
	if s := p.stateOf(c); s != nil {
		return int(s.tunnels.Load())
	}
	return 0
}

// InFlightOf counts the requests that one instance is answering.
func (p *Proxy) InFlightOf(addr string) int {
	return p.blue.inFlightOf(addr) + p.green.inFlightOf(addr)
}

// AnswerCounts says how many requests color c has answered, and how many of them
// with a 5xx, since the last Reset.
func (p *Proxy) AnswerCounts(c color.Color) (requests, errors uint64) {
	if s := p.stateOf(c); s != nil {
		return s.requests.Load(), s.errors.Load()
	}
	return 0, 0
}

// ResetCounts starts the counts of color c anew, for another version in it.
func (p *Proxy) ResetCounts(c color.Color) {
	if s := p.stateOf(c); s != nil {
		s.requests.Store(0)
		s.errors.Store(0)
	}
}

// ServeHTTP answers one request from the color that the route or the preview
// host says. The response's header is the ingress's alone: what a handler in
// front has put there may be lost.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status := p.refusalStatus(r); status != 0 {
		p.sendRefusal(w, r, status)
		return
	}
	now := p.rules.Load()
	x := &exchange{proxy: p, w: w, r: r, rules: now, from: now.identifyClient(r)}
	if status := now.forbiddenStatus(r, &x.from); status != 0 {
		p.sendErrorPage(w, r, status, hasBody(r))
		return
	}
	s := p.enterColor(now.Preview, r.Host)
	if s == nil {
		p.sendErrorPage(w, r, http.StatusServiceUnavailable, hasBody(r))
		return
	}
	defer s.inFlight.Add(-1)
	if s.isPrivatePath(r.URL.Path) {
		p.sendErrorPage(w, r, http.StatusNotFound, hasBody(r))
		return
	}
	x.state = s
	if x.permit = s.admitRequest(x); x.permit == nil {
		p.sendErrorPage(w, r, http.StatusServiceUnavailable, hasBody(r))
		return
	}
	defer x.permit.giveBack()
	s.open.addExchange(x)
	defer s.open.removeExchange(x)
	x.serveRequest()
}
