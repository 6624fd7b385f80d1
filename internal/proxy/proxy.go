// Package proxy is the reverse proxy in front of an app's two colors. It
// decides for each request which color answers, counts what is in flight on
// each, and can say with certainty when nothing reaches the old color anymore.
//
// Start with [NewProxy]; package httpserver wraps a [Proxy] in an http.Server
// whose limits and timeouts are set for the open internet. The proxy does not
// start instances, check their health, or decide when to switch: it is told
// through SetPool and SwitchRoute, and keeps no state on disk.
//
// The route is one atomic pointer. A request first counts itself in on a color
// and then checks whether the pointer is still the one it had read; if not, it
// counts itself out and chooses again. So once SwitchRoute has returned, no
// request can begin on the old color through the public route, and when
// InFlight of that color is zero it stays zero. The preview host still reaches
// the standby color until its pool is emptied.
//
// A request is sent a second time only if not a single byte of it has left, or
// if sending it twice does no harm: otherwise the app might do twice what was
// asked for once. This package and package message handle the request to the
// app and the head of its response, because the general client of net/http
// costs two goroutines for each upstream connection. Reading from clients stays
// with net/http's server.
package proxy

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/message"
	"version-manager/internal/proxy/upstream"
)

// Options say how a Proxy treats requests. Zero durations mean the default.
type Options struct {
	// Rules are those at the beginning; see SetRules.
	Rules Rules
	// HeaderTimeout ends the wait for an instance's response head with a 504.
	// It starts when the whole request was sent. Zero: no limit, long requests
	// are legal.
	HeaderTimeout time.Duration
	// DialTimeout limits connecting to an instance. Default 1 s.
	DialTimeout time.Duration
	// Backoff is how long an instance is passed over after a failed connection
	// attempt. Default 250 ms.
	Backoff time.Duration
	// IdleTimeout is how long an unused connection to an instance is kept. It
	// has to be shorter than what the app allows. Default 4 s.
	IdleTimeout time.Duration
	// BodyTimeout ends a request with a 408 if the ingress has waited that long
	// for the next byte of its body. Default 30 s.
	BodyTimeout time.Duration
	// WriteTimeout disconnects a client that takes no byte for that long.
	// Default 60 s.
	WriteTimeout time.Duration
	// Logger receives why a request got a 502 or 504. Default: nothing is
	// logged.
	Logger *slog.Logger
}

// Defaults of [Options].
const (
	defaultDialTimeout  = time.Second
	defaultBackoff      = 250 * time.Millisecond
	defaultIdleTimeout  = 4 * time.Second
	defaultBodyTimeout  = 30 * time.Second
	defaultWriteTimeout = time.Minute
)

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at    *time.Duration
		value time.Duration
	}{
		{&o.DialTimeout, defaultDialTimeout},
		{&o.Backoff, defaultBackoff},
		{&o.IdleTimeout, defaultIdleTimeout},
		{&o.BodyTimeout, defaultBodyTimeout},
		{&o.WriteTimeout, defaultWriteTimeout},
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

// Proxy routes requests to one of two colors. All methods may be called at any
// time from any goroutine.
type Proxy struct {
	options Options
	route   atomic.Pointer[route]
	rules   atomic.Pointer[ruleSet]
	blue    *colorState
	green   *colorState
	buffers sync.Pool // of *[]byte with largeBufferSize bytes

	addresses *admission.Addresses
}

var _ http.Handler = (*Proxy)(nil)

// NewProxy returns a Proxy that answers 503 until it is given a pool and a
// color.
func NewProxy(o Options) *Proxy {
	o = o.withDefaults()
	dial := upstream.Options{DialTimeout: o.DialTimeout, Backoff: o.Backoff}
	p := &Proxy{options: o, blue: newColorState(color.Blue, dial), green: newColorState(color.Green, dial), addresses: admission.NewAddresses()}
	p.buffers.New = func() any { b := make([]byte, largeBufferSize); return &b }
	p.route.Store(&route{})
	p.SetRules(o.Rules)
	return p
}

// SetPool makes addrs the instances that color c may use from now on. Each is
// the host:port of a ready instance that runs version. An address that leaves
// gets no new request; those that it is answering continue.
func (p *Proxy) SetPool(c color.Color, version string, addrs []string) {
	if s := p.stateOf(c); s != nil {
		s.setPool(version, addrs)
	}
}

// InFlight returns the number of requests that color c is answering. They end
// by themselves; see OpenTunnels for what may not.
func (p *Proxy) InFlight(c color.Color) int {
	if s := p.stateOf(c); s != nil {
		return int(s.inFlight.Load())
	}
	return 0
}

// OpenTunnels returns the number of WebSockets and other upgraded connections
// of color c.
func (p *Proxy) OpenTunnels(c color.Color) int {
	if s := p.stateOf(c); s != nil {
		return int(s.tunnels.Load())
	}
	return 0
}

// InFlightOf returns the number of requests that one instance is answering.
func (p *Proxy) InFlightOf(addr string) int {
	return p.blue.inFlightOf(addr) + p.green.inFlightOf(addr)
}

// AnswerCounts returns how many requests color c has answered, and how many of
// them with a 5xx, since the last ResetCounts.
func (p *Proxy) AnswerCounts(c color.Color) (requests, errors uint64) {
	if s := p.stateOf(c); s != nil {
		return s.requests.Load(), s.errors.Load()
	}
	return 0, 0
}

// ResetCounts sets the counts of color c to zero, for another version in it.
func (p *Proxy) ResetCounts(c color.Color) {
	if s := p.stateOf(c); s != nil {
		s.requests.Store(0)
		s.errors.Store(0)
	}
}

// ServeHTTP answers one request from the color that the route or the preview
// host selects. It overwrites the response's header: what a handler in front
// has put there may be lost.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rules := p.rules.Load()
	if status := rules.refusalStatus(r); status != 0 {
		p.sendRefusal(w, r, status)
		return
	}
	x := &exchange{proxy: p, w: w, r: r, rules: rules, from: rules.identifyClient(r)}
	if status := rules.forbiddenStatus(r, &x.from); status != 0 {
		p.sendErrorPage(w, r, status, message.HasBody(r))
		return
	}
	s := p.enterColor(rules.Preview, r.Host)
	if s == nil {
		p.sendErrorPage(w, r, http.StatusServiceUnavailable, message.HasBody(r))
		return
	}
	defer s.inFlight.Add(-1)
	if s.isPrivatePath(r.URL.Path) {
		p.sendErrorPage(w, r, http.StatusNotFound, message.HasBody(r))
		return
	}
	x.state = s
	if x.permit = s.load.AdmitRequest(x.admissionRequest(), p.addresses); x.permit == nil {
		p.sendErrorPage(w, r, http.StatusServiceUnavailable, message.HasBody(r))
		return
	}
	defer x.permit.GiveBack()
	s.open.addExchange(x)
	defer s.open.removeExchange(x)
	x.serveRequest()
}
