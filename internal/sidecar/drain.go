package sidecar

import (
	"context"
	"net/http"
	"time"

	"version-manager/internal/kit/wait"
)

// drainPollInterval is how often drain looks whether all is quiet.
const drainPollInterval = 10 * time.Millisecond

// drainTraffic sleeps, then sends the WebSockets away if they may be, and returns when
// no request is in flight and none has come for a moment, or after limit. It
// cuts nothing. While it is under way, answers end their connections.
func (s *Sidecar) drainTraffic(ctx context.Context, sleep, limit time.Duration, farewell func() bool) {
	s.draining.Add(1)
	defer s.draining.Add(-1)
	if wait.SleepContext(ctx, sleep) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if farewell() {
		s.proxy.DrainColor(s.o.Color, min(limit, s.times.goodbyeSpread))
	}
	s.waitQuiet(ctx)
}

// waitQuiet returns when nothing was in flight for the quiet time in which no
// request came either, so that what reaches a slow proxy late is waited for.
func (s *Sidecar) waitQuiet(ctx context.Context) {
	since, seen, _ := time.Now(), uint64(0), 0
	for time.Since(since) < s.times.quietTime || s.proxy.InFlight(s.o.Color) > 0 {
		if n, _ := s.proxy.AnswerCounts(s.o.Color); n != seen || s.proxy.InFlight(s.o.Color) > 0 {
			since, seen = time.Now(), n
		}
		if wait.SleepContext(ctx, drainPollInterval) != nil {
			return
		}
	}
}

// trafficHandler serves the requests.
func (s *Sidecar) trafficHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.proxy.ServeHTTP(&drainingWriter{w, s}, r)
	})
}

// drainingWriter ends its connection if the pod is being drained at the moment at
// which it begins. In HTTP/2 that ends the whole connection in order.
type drainingWriter struct {
	http.ResponseWriter
	s *Sidecar
}

func (a *drainingWriter) WriteHeader(status int) {
	if status >= http.StatusOK && a.s.draining.Load() > 0 {
		a.Header().Set("Connection", "close")
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *drainingWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }
