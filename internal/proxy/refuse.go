package proxy

import (
	"net/http"

	"version-manager/internal/proxy/admission"
	"version-manager/internal/proxy/httpserver"
	"version-manager/internal/proxy/message"
)

// allowedMethods is what a 405 names. Methods that nobody knows are the app's
// concern; only TRACE and TRACK are refused here.
const allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

// refusalStatus returns the status with which to refuse a request that is
// malformed or ambiguous, or 0.
func (r *ruleSet) refusalStatus(req *http.Request) int {
	return message.RefusalStatus(req, message.Checks{
		Underscores: r.Underscores,
		FalseScheme: req.TLS == nil && httpserver.IsEncrypted(req),
	})
}

// sendRefusal answers such a request. What follows a malformed request on the
// same connection is not trusted.
func (p *Proxy) sendRefusal(w http.ResponseWriter, r *http.Request, status int) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allowedMethods)
	}
	if r.ProtoMajor == 1 && status == http.StatusBadRequest {
		w.Header().Set("Connection", "close")
	}
	p.sendErrorPage(w, r, status, message.HasBody(r))
}

// admissionRequest describes the request to the color's limits.
//
// A request of our own probe is always admitted: it measures the app, and users
// beyond the limits must not cause a rollback or keep a better version out.
func (x *exchange) admissionRequest() admission.Request {
	a := admission.Request{Limits: x.rules.Limits, Exempt: x.from.probe}
	if x.from.isKnown() {
		a.Client = x.from.addr
	}
	// A trusted proxy may send many clients over one connection. Where every
	// peer is trusted, that says nothing.
	if x.r.ProtoMajor == 2 && (!x.from.trusted || x.rules.TrustPeer) {
		a.Connection = httpserver.SourceOf(x.r)
	}
	switch {
	case message.HasBody(x.r):
		a.Kind = admission.UploadRequest
	case message.UpgradeProtocol(x.r) != "":
		a.Kind = admission.TunnelRequest
	}
	return a
}
