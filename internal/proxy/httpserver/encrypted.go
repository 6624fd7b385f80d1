package httpserver

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
)

// encryptedKey marks the context of requests over TLS. Request.TLS does not
// tell: in HTTP/2 it depends on the scheme that the client names.
type encryptedKey struct{}

func markEncrypted(ctx context.Context, c net.Conn) context.Context {
	if _, ok := c.(*tls.Conn); ok {
		return context.WithValue(ctx, encryptedKey{}, true)
	}
	return ctx
}

// IsEncrypted reports whether r came over TLS.
func IsEncrypted(r *http.Request) bool { return r.Context().Value(encryptedKey{}) != nil }
