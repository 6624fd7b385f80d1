package sidecar

import (
	"context"
	"net/http"
	"time"

	"version-manager/internal/kit/wait"
)

// drainPollInterval is how often a drain checks whether all is quiet.
const drainPollInterval = 10 * time.Millisecond

// drainTraffic sleeps, then closes the WebSockets if goodbyeDue says so, and
// returns when no request is in flight and none has arrived for a moment, or after
// limit. It cuts nothing. Meanwhile answers end their connections.
func (s *Sidecar) drainTraffic(ctx context.Context, sleep, limit time.Duration, goodbyeDue func() bool) {
	s.draining.Add(1)
	defer s.draining.Add(-1)
	if wait.SleepContext(ctx, sleep) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if goodbyeDue() {
		s.proxy.DrainColor(s.o.Color, min(limit, s.times.goodbyeSpread))
	}
	s.waitQuiet(ctx)
}

// waitQuiet returns when nothing was in flight and no request came for the quiet
// time, so that it waits for requests that a slow proxy sends late.
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

// trafficHandler serves requests to the app.
func (s *Sidecar) trafficHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.proxy.ServeHTTP(&drainingWriter{w, s}, r)
	})
}

// drainingWriter ends the answer's connection if the pod is being drained when the
// answer begins. In HTTP/2 that closes the whole connection in an orderly way.
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
