package proxy

import (
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"version-manager/internal/proxy/admission"
)

// Rules are what an operator decides for all listeners, and may change while
// requests are being served. See [Proxy.SetRules].
type Rules struct {
	// Preview is the host name that reaches the standby color; blue.PREVIEW
	// and green.PREVIEW reach that color. Empty: no preview.
	Preview string
	// Trusted are the addresses of proxies in front. What such a proxy says
	// about the client is believed; what anybody else says is replaced.
	Trusted []netip.Prefix
	// TrustPeer makes every peer a trusted proxy, whatever its address.
	TrustPeer bool
	// Secret is what our own probe sends. It opens what is for the operator
	// only: the names of color and version, the preview, and what the app keeps
	// for probes. Empty: every client that sends the probe's header learns the names.
	Secret string
	// Guarded closes the preview to everybody who does not show a secret.
	// Otherwise it is open to this machine.
	Guarded bool
	// PreviewSecret is what people send in the header Version-Manager-Preview.
	// Empty: none.
	PreviewSecret string
	// Marked is for a gateway in front that marks requests for the preview with
	// the header Version-Manager-Route.
	Marked bool
	// HSTS is how long browsers that came over TLS must not use plain HTTP.
	// Zero: the header is not sent.
	HSTS time.Duration
	// Underscores lets requests through whose header names contain underscores.
	// They are refused otherwise: many apps cannot tell X_A from X-A.
	Underscores bool
	// Limits bound what is in flight.
	Limits admission.Limits
}

// ruleSet is Rules as requests need them.
type ruleSet struct {
	Rules
	hsts []string // value of the header, or nil
}

// SetRules replaces all rules. They apply to requests that begin from now on.
func (p *Proxy) SetRules(r Rules) {
	r.Limits = r.Limits.WithDefaults()
	next := &ruleSet{Rules: r}
	if r.HSTS > 0 {
		next.hsts = []string{"max-age=" + strconv.FormatInt(int64(r.HSTS/time.Second), 10)}
	}
	p.rules.Store(next)
}

func (r *ruleSet) isTrusted(a netip.Addr) bool {
	return slices.ContainsFunc(r.Trusted, func(n netip.Prefix) bool { return n.Contains(a) })
}

// addHSTS makes a browser use TLS from now on, unless the app sets the header
// itself. Over a connection without TLS it would mean nothing.
func (r *ruleSet) addHSTS(h http.Header, req *http.Request) {
	if r.hsts != nil && req.TLS != nil && h[hstsHeader] == nil {
		h[hstsHeader] = r.hsts
	}
}

const hstsHeader = "Strict-Transport-Security"
