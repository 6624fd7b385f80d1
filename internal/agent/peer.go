package agent

import (
	"context"
	"log/slog"
	"net"

	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/process"
)

// connKey is the key of a request's connection in its context.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// peerOf returns the process that sent a request, as the kernel says. It is zero
// where it cannot be seen from here, for example in a container.
func peerOf(ctx context.Context) process.Identity {
	c, ok := ctx.Value(connKey{}).(*net.UnixConn)
	if !ok {
		return process.Identity{}
	}
	pid, err := process.Peer(c)
	if err != nil || pid <= 0 {
		return process.Identity{}
	}
	id, err := process.Of(pid)
	if err != nil {
		return process.Identity{}
	}
	return id
}

// ownListener accepts only connections of trusted users. The mode of the socket
// keeps others away too, but not every system honors it, and a folder can be
// opened by mistake.
type ownListener struct {
	net.Listener
	trust ownership.Trust
}

// Accept implements net.Listener. Connections of other users get no answer.
func (l ownListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if err := process.CheckPeer(c, l.trust); err != nil {
			slog.Warn("refused a connection", "error", err)
			c.Close()
			continue
		}
		return c, nil
	}
}
