package ingress

import (
	"crypto/tls"
	"log"
	"net/http"
	"sync/atomic"
	"time"
)

// ServerOptions are what an entrance may differ in. Zero values mean the
// default.
type ServerOptions struct {
	// Certificates make it an HTTPS entrance. Serve it with ServeTLS and
	// empty file names.
	Certificates []tls.Certificate
	// GetCertificate does so too, and is asked for each new connection, so that
	// a certificate can be renewed while connections are open.
	GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// HeaderTimeout is how long a request's head may take. Default 10 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a client may keep an unused connection. Default
	// 75 s, longer than what load balancers in front keep theirs.
	IdleTimeout time.Duration
	// Ending, once true, makes every answer the last of its connection, so that
	// clients go elsewhere without losing a request. Default: never.
	Ending *atomic.Bool
	// ErrorLog hears of failed handshakes and panics. Default: the standard
	// logger.
	ErrorLog *log.Logger
}

// maxHeaderBytes limits the head of a request.
const maxHeaderBytes = 64 << 10

// Server returns a server for h that speaks HTTP/1.1 and HTTP/2, the latter
// negotiated under TLS and by prior knowledge without, and that slow or
// greedy clients cannot wear out. The body of a request and of a response
// have no total limit here: [Proxy] watches that they move.
func Server(h http.Handler, o ServerOptions) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:  30 * time.Second,
			WriteByteTimeout: time.Minute,
			MaxReadFrameSize: 16 << 10, // the protocol's own default: larger ones gain nothing here
		},
		ErrorLog:    o.ErrorLog,
		ConnContext: noteEncryption,
	}
	if o.HeaderTimeout > 0 {
		s.ReadHeaderTimeout = o.HeaderTimeout
	}
	if o.IdleTimeout > 0 {
		s.IdleTimeout = o.IdleTimeout
	}
	if o.Ending != nil {
		s.BaseContext = endingBy(o.Ending)
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	if len(o.Certificates) > 0 || o.GetCertificate != nil {
		s.Protocols.SetHTTP2(true)
		s.TLSConfig = &tls.Config{Certificates: o.Certificates, GetCertificate: o.GetCertificate, MinVersion: tls.VersionTLS12}
	}
	return s
}
