package sidecar

import (
	"context"
	"net/http"
	"time"

	"version-manager/internal/kit/wait"
)

// drainTick is how often drain looks whether all is quiet.
const drainTick = 10 * time.Millisecond

// drain sleeps, then sends the WebSockets away if they may be, and returns when
// no request is in flight and none has come for a moment, or after limit. It
// cuts nothing. While it is under way, answers end their connections.
func (s *Sidecar) drain(ctx context.Context, sleep, limit time.Duration, farewell func() bool) {
	s.leaving.Add(1)
	defer s.leaving.Add(-1)
	if wait.For(ctx, sleep) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if farewell() {
		s.proxy.SendAway(s.o.Color, min(limit, s.times.farewell))
	}
	s.settle(ctx)
}

// settle returns when nothing was in flight for the quiet time in which no
// request came either, so that what reaches a slow proxy late is waited for.
func (s *Sidecar) settle(ctx context.Context) {
	since, seen, _ := time.Now(), uint64(0), 0
	for time.Since(since) < s.times.quiet || s.proxy.InFlight(s.o.Color) > 0 {
		if n, _ := s.proxy.Counts(s.o.Color); n != seen || s.proxy.InFlight(s.o.Color) > 0 {
			since, seen = time.Now(), n
		}
		if wait.For(ctx, drainTick) != nil {
			return
		}
	}
}

// handler serves the requests.
func (s *Sidecar) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.proxy.ServeHTTP(&answer{w, s}, r)
	})
}

// answer ends its connection if the pod is being drained at the moment at
// which it begins. In HTTP/2 that ends the whole connection in order.
type answer struct {
	http.ResponseWriter
	s *Sidecar
}

func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK && a.s.leaving.Load() > 0 {
		a.Header().Set("Connection", "close")
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
