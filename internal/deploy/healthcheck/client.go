// Package healthcheck sends the requests by which a deploy finds out whether a
// new version works: health checks and smoke tests, through the preview
// address. It follows no redirect and repeats nothing.
package healthcheck

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

// NewClient returns a client for the addresses of a target. A nil dial
// connects as the system does, except that names below localhost always mean
// this machine.
func NewClient(dial probe.Dial) *http.Client {
	if dial == nil {
		dial = dialSystem
	}
	return httpx.NewNoRedirectClient(&http.Transport{
		DialContext:         dial,
		DialTLSContext:      dialTLS(dial),
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     time.Second,
	}, 0)
}

func dialSystem(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && strings.HasSuffix(host, ".localhost") {
		address = net.JoinHostPort("localhost", port)
	}
	d := net.Dialer{Timeout: 3 * time.Second}
	return d.DialContext(ctx, network, address)
}

func dialTLS(dial probe.Dial) probe.Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		plain, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		host, _, _ := net.SplitHostPort(address)
		conf := trustHost(host)
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

// trustHost returns how the certificate of a host is checked; nil: by the
// roots of the system. On this machine it is not checked: nobody can stand in
// between, and the certificate has the name that users know instead of that of
// the loopback address.
func trustHost(host string) *tls.Config {
	ip := net.ParseIP(host)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback() {
		return &tls.Config{InsecureSkipVerify: true}
	}
	return nil
}

// TrustURL returns how the certificate of a base URL is checked; nil: by the
// roots of the system.
func TrustURL(base string) *tls.Config {
	u, err := url.Parse(base)
	if err != nil {
		return nil
	}
	return trustHost(u.Hostname())
}
