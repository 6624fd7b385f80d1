package httpserver

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

func TestServerOptions(t *testing.T) {
	plain := NewServer(nil, Options{})
	if plain.ReadHeaderTimeout != 10*time.Second || plain.IdleTimeout != 75*time.Second || plain.MaxHeaderBytes != 64<<10 || plain.HTTP2.MaxConcurrentStreams != 100 {
		t.Errorf("defaults: %s, %s, %d bytes, %d streams", plain.ReadHeaderTimeout, plain.IdleTimeout, plain.MaxHeaderBytes, plain.HTTP2.MaxConcurrentStreams)
	}
	if plain.TLSConfig != nil || plain.Protocols.HTTP2() || !plain.Protocols.HTTP1() || !plain.Protocols.UnencryptedHTTP2() || plain.BaseContext != nil {
		t.Errorf("without a certificate: %v, TLS %v", plain.Protocols, plain.TLSConfig)
	}
	own := NewServer(nil, Options{HeaderTimeout: 1, IdleTimeout: 2, Streams: 3})
	if own.ReadHeaderTimeout != 1 || own.IdleTimeout != 2 || own.HTTP2.MaxConcurrentStreams != 3 {
		t.Errorf("%s, %s, %d streams", own.ReadHeaderTimeout, own.IdleTimeout, own.HTTP2.MaxConcurrentStreams)
	}
	for name, o := range map[string]Options{
		"certificate": {Certificates: make([]tls.Certificate, 1)},
		"function":    {GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, nil }},
	} {
		s := NewServer(nil, o)
		if s.TLSConfig == nil || !s.Protocols.HTTP2() || s.TLSConfig.MinVersion != tls.VersionTLS12 {
			t.Errorf("%s: %v, TLS %+v", name, s.Protocols, s.TLSConfig)
		}
	}
}

func TestConnStateIsPassedOn(t *testing.T) {
	var got []http.ConnState
	s := NewServer(nil, Options{ConnState: func(_ net.Conn, state http.ConnState) { got = append(got, state) }})
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	s.ConnState(a, http.StateNew)
	s.ConnState(a, http.StateClosed)
	if len(got) != 2 || got[0] != http.StateNew || got[1] != http.StateClosed {
		t.Errorf("states %v", got)
	}
}

// requestOn is a request as a server sees it that has this base context.
func requestOn(ctx context.Context) *http.Request { return new(http.Request).WithContext(ctx) }

func TestIsLastAnswer(t *testing.T) {
	if IsLastAnswer(requestOn(context.Background())) {
		t.Error("without the option")
	}
	var ending atomic.Bool
	r := requestOn(NewServer(nil, Options{Ending: &ending}).BaseContext(nil))
	if IsLastAnswer(r) {
		t.Error("before the end")
	}
	if ending.Store(true); !IsLastAnswer(r) {
		t.Error("at the end")
	}
}

func TestWhatARequestKnowsOfItsConnection(t *testing.T) {
	s := NewServer(nil, Options{})
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	plain := requestOn(s.ConnContext(context.Background(), a))
	encrypted := requestOn(s.ConnContext(context.Background(), tls.Server(b, nil)))
	if IsEncrypted(plain) || !IsEncrypted(encrypted) {
		t.Errorf("encrypted: %t and %t", IsEncrypted(plain), IsEncrypted(encrypted))
	}
	if SourceOf(plain) == nil || SourceOf(plain) == SourceOf(encrypted) || SourceOf(requestOn(context.Background())) != nil {
		t.Error("each connection has a source of its own, and no other request has one")
	}
}

// TestSurplusIsClosed is on the limit of connections and one above it.
func TestSurplusIsClosed(t *testing.T) {
	l := newConnectionLimiter(1)
	var conns [2]net.Conn
	for i := range conns {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		conns[i] = a
		l.handleState(a, http.StateNew)
		if i == 0 {
			if err := a.SetDeadline(time.Now()); err != nil {
				t.Errorf("closed on the limit: %v", err)
			}
		}
	}
	if err := conns[0].SetDeadline(time.Now()); err == nil {
		t.Error("the connection that was idle for the longest is open")
	}
	if err := conns[1].SetDeadline(time.Now()); err != nil {
		t.Errorf("the new connection: %v", err)
	}
}

func TestDefaultLimitOfConnections(t *testing.T) {
	if got, most := newConnectionLimiter(0).limit, openFileLimit()/3; got != min(4096, most) || got < 1 {
		t.Errorf("limit %d with %d files", got, openFileLimit())
	}
}
