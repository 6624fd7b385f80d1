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

// dialTo returns the dialer of a base URL and its Host header. With a base
// that is no URL every dial fails: to a probe that is a refused request.
func dialTo(base string, conf *tls.Config) (dialer, string) {
	u, err := url.Parse(base)
	if err == nil && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		err = fmt.Errorf("%q is not an address such as http://127.0.0.1:30001", base)
	}
	if err != nil {
		return func(context.Context, time.Time) (net.Conn, error) { return nil, err }, "invalid"
	}
	if u.Scheme == "http" {
		address := withPort(u, "80")
		return func(ctx context.Context, deadline time.Time) (net.Conn, error) {
			// No TCP keep-alive: three system calls that a probe can save.
			d := net.Dialer{Deadline: deadline, KeepAlive: -1}
			return d.DialContext(ctx, "tcp", address)
		}, u.Host
	}
	return dialTLS(withPort(u, "443"), u.Hostname(), conf), u.Host
}

func dialTLS(address, name string, conf *tls.Config) dialer {
	if conf = conf.Clone(); conf == nil {
		conf = &tls.Config{}
	}
	if conf.ServerName == "" {
		conf.ServerName = name
	}
	conf.NextProtos = []string{"http/1.1"}
	return func(ctx context.Context, deadline time.Time) (net.Conn, error) {
		d := tls.Dialer{NetDialer: &net.Dialer{Deadline: deadline, KeepAlive: -1}, Config: conf}
		return d.DialContext(ctx, "tcp", address)
	}
}

func withPort(u *url.URL, port string) string {
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}
