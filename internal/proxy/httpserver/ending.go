package httpserver

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
)

// endingKey is the key of [Options].Ending in a request's context.
type endingKey struct{}

func endingContext(ending *atomic.Bool) func(net.Listener) context.Context {
	return func(net.Listener) context.Context {
		return context.WithValue(context.Background(), endingKey{}, ending)
	}
}

// IsLastAnswer reports whether the answer to r has to be the last on its
// connection. The header Connection says so in HTTP/1. In HTTP/2 net/http turns
// it into a GOAWAY, after which the requests that the client has sent are still
// answered.
func IsLastAnswer(r *http.Request) bool {
	ending, ok := r.Context().Value(endingKey{}).(*atomic.Bool)
	return ok && ending.Load()
}
