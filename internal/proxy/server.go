package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"log"
	"net"
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
	// Streams is how many requests an HTTP/2 connection may have open. A client
	// with more of them waits; it is not refused. Default 100.
	Streams int
	// Connections is how many clients may be connected. For one more, the
	// connection is closed that has been unused for the longest. Default 4096,
	// or a third of the files that the process may open.
	Connections int
	// ConnState hears of connections as that of http.Server does.
	ConnState func(net.Conn, http.ConnState)
	// ErrorLog hears of failed handshakes and panics. Default: the standard
	// logger.
	ErrorLog *log.Logger
}

// maxHeaderBytes limits the head of a request.
const maxHeaderBytes = 64 << 10

// maxReceiveBuffer is how much of request bodies an HTTP/2 connection may hold in
// memory before an app takes it.
const maxReceiveBuffer = 512 << 10

// NewServer returns a server for h that speaks HTTP/1.1 and HTTP/2, the latter
// negotiated under TLS and by prior knowledge without, and that slow or
// greedy clients cannot wear out. The body of a request and of a response
// have no total limit here: [Proxy] watches that they move.
func NewServer(h http.Handler, o ServerOptions) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: cmp.Or(o.Streams, 100),
			SendPingTimeout:      30 * time.Second,
			WriteByteTimeout:     time.Minute,
			MaxReadFrameSize:     16 << 10, // the protocol's own default: larger ones gain nothing here

			MaxReceiveBufferPerConnection: maxReceiveBuffer,
			MaxReceiveBufferPerStream:     maxReceiveBuffer / 2,
		},
		ErrorLog: o.ErrorLog,
	}
	known := newConnectionLimiter(o.Connections)
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return known.withSource(markEncrypted(ctx, c), c)
	}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if o.ConnState != nil {
			o.ConnState(c, state)
		}
		known.handleState(c, state)
	}
	if o.HeaderTimeout > 0 {
		s.ReadHeaderTimeout = o.HeaderTimeout
	}
	if o.IdleTimeout > 0 {
		s.IdleTimeout = o.IdleTimeout
	}
	if o.Ending != nil {
		s.BaseContext = endingContext(o.Ending)
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	if len(o.Certificates) > 0 || o.GetCertificate != nil {
		s.Protocols.SetHTTP2(true)
		s.TLSConfig = &tls.Config{Certificates: o.Certificates, GetCertificate: o.GetCertificate, MinVersion: tls.VersionTLS12}
	}
	return s
}
