package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// app is one running instance.
type app struct {
	set      settings
	started  time.Time
	asked    atomic.Int64   // calls of /readyz
	served   atomic.Int64   // Unix nanoseconds of the first real request, 0: none yet
	leaving  chan struct{}  // closed when the app was asked to end
	sockets  sync.WaitGroup // open WebSockets, which http.Server.Shutdown does not know
	crashing <-chan time.Time
}

func newApp(set settings) *app {
	a := &app{set: set, started: time.Now(), leaving: make(chan struct{})}
	if set.Behavior == crashAfterReady {
		a.crashing = time.After(set.After)
	}
	return a
}

// crashSignal fires when the behavior is to die; otherwise never.
func (a *app) crashSignal() <-chan time.Time { return a.crashing }

// startLeaving makes the app unready and ends its streams.
func (a *app) startLeaving() { close(a.leaving) }

// waitSockets waits until every WebSocket has said goodbye.
func (a *app) waitSockets(ctx context.Context) error {
	done := make(chan struct{})
	go func() { a.sockets.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *app) isReady() bool {
	select {
	case <-a.leaving:
		return false
	default:
	}
	switch a.set.Behavior {
	case neverReady:
		return false
	case flapping:
		return a.asked.Add(1)%2 == 0
	}
	return true
}

// mustFail reports whether a request must fail, and starts the clock of
// fail-after with the first request that came through the public entrance.
func (a *app) mustFail(r *http.Request) bool {
	if a.set.Behavior != failAfter {
		return false
	}
	if !a.isPreview(r) && a.served.CompareAndSwap(0, time.Now().UnixNano()) {
		log.Printf("first real request: 500 from %s on", a.set.After)
	}
	first := a.served.Load()
	return first != 0 && time.Since(time.Unix(0, first)) >= a.set.After
}

func (a *app) isPreview(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.EqualFold(host, a.set.Preview)
}

// withMisbehavior delays or refuses what is not a health check.
func (a *app) withMisbehavior(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		delay := a.set.BaseDelay
		if a.set.Behavior == slow {
			delay += a.set.Delay
		}
		if !waitFor(r.Context(), delay) {
			return
		}
		if a.mustFail(r) {
			http.Error(w, "broken on purpose", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// waitFor waits for d and reports false if ctx ended first.
func waitFor(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
