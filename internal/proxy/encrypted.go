package proxy

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// encryptedKey is where a request's context tells that its connection is
// encrypted. Request.TLS does not: in HTTP/2 it depends on what the client
// gives as its scheme.
type encryptedKey struct{}

func markEncrypted(ctx context.Context, c net.Conn) context.Context {
	if _, ok := c.(*tls.Conn); ok {
		return context.WithValue(ctx, encryptedKey{}, true)
	}
	return ctx
}

func isEncrypted(r *http.Request) bool { return r.Context().Value(encryptedKey{}) != nil }
