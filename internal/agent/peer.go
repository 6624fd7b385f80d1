package agent

import (
	"context"
	"net"

	"version-manager/internal/agent/process"
)

// connKey finds a request's connection in its context.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// peerOf is the process that sent a request, as the kernel says; zero where
// it cannot be seen from here, as out of a container.
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
