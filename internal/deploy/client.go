package deploy

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"version-manager/internal/kit/httpx"
	"version-manager/internal/probe"
)

// secretOf is what the ingress of a session's target knows us by. Without it
// requests are made as by anybody, and what that prevents says why.
func secretOf(ctx context.Context, s Session) string {
	r, ok := s.(ProbeSecretKeeper)
	if !ok {
		return probe.Anonymous
	}
	secret, err := r.ProbeSecret(ctx)
	if err != nil || secret == "" {
		return probe.Anonymous
	}
	return secret
}

// dialOf is how the entrances of a target are connected to; nil: as the system
// does.
func dialOf(t Target) probe.Dial {
	if d, ok := t.(Dialer); ok {
		return d.Dial
	}
	return nil
}

// newClient returns a client for the addresses of a target. Unless that knows
// better, names below localhost mean this machine, also where the resolver has
// never heard of them.
func newClient(by probe.Dial) *http.Client {
	if by == nil {
		by = dial
	}
	transport := &http.Transport{
		DialContext:         by,
		DialTLSContext:      dialTLS(by),
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     time.Second,
	}
	return httpx.NewNoRedirectClient(transport, 0)
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && strings.HasSuffix(host, ".localhost") {
		address = net.JoinHostPort("localhost", port)
	}
	d := net.Dialer{Timeout: 3 * time.Second}
	return d.DialContext(ctx, network, address)
}

func dialTLS(by probe.Dial) probe.Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		plain, err := by(ctx, network, address)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(address)
		conf := trust(host)
		if conf == nil {
			conf = &tls.Config{}
		}
		conf.ServerName = host
		conn := tls.Client(plain, conf)
		if err := conn.HandshakeContext(ctx); err != nil {
			plain.Close()
			return nil, err
		}
		return conn, nil
	}
}

// trust is how the certificate of a host is checked. On this very machine it
// is not: nobody can stand between, and the certificate carries the name that
// users know, not that of the loopback.
func trust(host string) *tls.Config {
	ip := net.ParseIP(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback() {
		return &tls.Config{InsecureSkipVerify: true}
	}
	return nil // by the system's roots
}

// trustOf is trust for the host of a base URL.
func trustOf(base string) *tls.Config {
	u, err := url.Parse(base)
	if err != nil {
		return nil
	}
	return trust(u.Hostname())
}
