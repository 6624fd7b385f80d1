package proxy

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
)

// endingKey is where a request's context has the flag of its server.
type endingKey struct{}

// endingContext makes ending the flag of all requests of a server.
func endingContext(ending *atomic.Bool) func(net.Listener) context.Context {
	return func(net.Listener) context.Context {
		return context.WithValue(context.Background(), endingKey{}, ending)
	}
}

// isLastAnswer reports whether the answer to r is to be the last on its connection.
// The header Connection says so in HTTP/1; of it net/http makes a GOAWAY in
// HTTP/2, after which what the client has sent is still answered.
func isLastAnswer(r *http.Request) bool {
	flag, ok := r.Context().Value(endingKey{}).(*atomic.Bool)
	return ok && flag.Load()
}
