// Package httpserver builds the HTTP server of one listener of the ingress.
//
// [NewServer] returns an http.Server whose limits and timeouts are set for the
// open internet. What a handler has to know about the connection of a request
// it learns through [SourceOf], [IsEncrypted], and [IsLastAnswer].
package httpserver

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

// Options are what a listener may differ in. Zero values mean the default.
type Options struct {
	// Certificates make it an HTTPS listener. Serve it with ServeTLS and empty
	// file names.
	Certificates []tls.Certificate
	// GetCertificate does so too. It is called for each new connection, so that
	// a certificate can be renewed while connections are open.
	GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// HeaderTimeout limits the time for the head of a request. Default 10 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long a client may keep an unused connection. Default
	// 75 s, longer than the load balancers in front keep theirs.
	IdleTimeout time.Duration
	// Ending, once true, makes every answer the last of its connection, so that
	// clients go elsewhere without losing a request. Default: never.
	Ending *atomic.Bool
	// Streams is the number of requests that an HTTP/2 connection may have open.
	// Further requests wait in the client; they are not refused. Default 100.
	Streams int
	// Connections is the number of clients that may be connected. One more
	// closes the connection that has been unused for the longest. Default 4096,
	// or a third of the files that the process may open.
	Connections int
	// ConnState is called as that of http.Server is.
	ConnState func(net.Conn, http.ConnState)
	// ErrorLog receives failed handshakes and panics. Default: the standard
	// logger.
	ErrorLog *log.Logger
}

const (
	defaultHeaderTimeout = 10 * time.Second
	defaultIdleTimeout   = 75 * time.Second
	defaultMaxStreams    = 100

	// maxHeaderBytes limits the head of a request.
	maxHeaderBytes = 64 << 10
	// maxReceiveBuffer limits the bytes of request bodies that an HTTP/2
	// connection holds in memory until the app takes them.
	maxReceiveBuffer = 512 << 10
)

// NewServer returns a server for h that speaks HTTP/1.1 and HTTP/2, the latter
// negotiated under TLS and by prior knowledge without. Slow or greedy clients
// cannot exhaust it. It sets no total limit for the body of a request or a
// response: the proxy checks that they make progress.
func NewServer(h http.Handler, o Options) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: defaultHeaderTimeout,
		IdleTimeout:       defaultIdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: cmp.Or(o.Streams, defaultMaxStreams),
			SendPingTimeout:      30 * time.Second,
			WriteByteTimeout:     time.Minute,
			MaxReadFrameSize:     16 << 10, // the protocol's own default: larger frames gain nothing here

			MaxReceiveBufferPerConnection: maxReceiveBuffer,
			MaxReceiveBufferPerStream:     maxReceiveBuffer / 2,
		},
		ErrorLog: o.ErrorLog,
	}
	limiter := newConnectionLimiter(o.Connections)
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return limiter.withSource(markEncrypted(ctx, c), c)
	}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if o.ConnState != nil {
			o.ConnState(c, state)
		}
		limiter.handleState(c, state)
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
	setProtocols(s, o)
	return s
}

func setProtocols(s *http.Server, o Options) {
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	if len(o.Certificates) > 0 || o.GetCertificate != nil {
		s.Protocols.SetHTTP2(true)
		s.TLSConfig = &tls.Config{Certificates: o.Certificates, GetCertificate: o.GetCertificate, MinVersion: tls.VersionTLS12}
	}
}
