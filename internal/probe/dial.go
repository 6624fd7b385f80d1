package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"
)

// dialer opens a connection before deadline.
type dialer func(ctx context.Context, deadline time.Time) (net.Conn, error)

// Dial connects to an address. It is for host names that only the target of
// the requests can resolve; what it returns should be a TCP connection, without
// keep-alive, which costs a probe system calls.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// by is the dialer of d, or of the system where d is nil.
func (d Dial) by(address string) dialer {
	return func(ctx context.Context, deadline time.Time) (net.Conn, error) {
		if d == nil {
			// No TCP keep-alive: three system calls that a probe can save.
			nd := net.Dialer{Deadline: deadline, KeepAlive: -1}
			return nd.DialContext(ctx, "tcp", address)
		}
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		return d(ctx, "tcp", address)
	}
}

// dialTo returns the dialer of a base URL and its Host header. If the
// base is not a URL every dial fails, which a probe counts as a refused request.
func dialTo(base string, conf *tls.Config, by Dial) (dialer, string) {
	u, err := url.Parse(base)
	if err == nil && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		err = fmt.Errorf("%q is not an address such as http://127.0.0.1:30001", base)
	}
	if err != nil {
		return func(context.Context, time.Time) (net.Conn, error) { return nil, err }, "invalid"
	}
	if u.Scheme == "http" {
		return by.by(withPort(u, "80")), u.Host
	}
	return dialTLS(by.by(withPort(u, "443")), u.Hostname(), conf), u.Host
}

func dialTLS(plain dialer, name string, conf *tls.Config) dialer {
	if conf = conf.Clone(); conf == nil {
		conf = &tls.Config{}
	}
	if conf.ServerName == "" {
		conf.ServerName = name
	}
	conf.NextProtos = []string{"http/1.1"}
	return func(ctx context.Context, deadline time.Time) (net.Conn, error) {
		conn, err := plain(ctx, deadline)
		if err != nil {
			return nil, err
		}
		secure := tls.Client(conn, conf)
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}
}

func withPort(u *url.URL, port string) string {
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}
