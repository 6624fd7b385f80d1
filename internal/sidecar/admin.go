package sidecar

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"version-manager/internal/color"
)

// Counts is the answer of GET /counts.
type Counts struct {
	Color    color.Color `json:"color"`
	Version  string      `json:"version"`
	Instance string      `json:"instance"`
	InFlight int         `json:"inFlight"`
	Tunnels  int         `json:"tunnels"`
	Requests uint64      `json:"requests"` // answered since the sidecar started
	Errors   uint64      `json:"errors"`   // of them with a 5xx
}

// maxHookSleep and maxLimit bound what a hook can ask for. The second is the
// longest drain that the configuration allows.
const (
	maxHookSleep = 5 * time.Minute
	maxHookLimit = 24 * time.Hour
)

// adminHandler serves what is not traffic:
//
//	GET /live      the sidecar runs; for its own probes
//	GET /answers   the app answers at all; for the app's liveness probe
//	GET /counts    see Counts
//	GET /drained   waits ?sleep=, then until all is quiet, at most ?limit=;
//	               the app's preStop hook. Everybody who reaches this port can
//	               call it: the package's comment says who that is, and
//	               maxHookSleep, maxHookLimit, and goodbyePause limit the effect
//	POST /goodbye  closes the WebSockets; only from inside the pod
func (s *Sidecar) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /answers", s.serveAnswers)
	mux.HandleFunc("GET /counts", s.serveCounts)
	mux.HandleFunc("GET /drained", s.serveDrained)
	mux.HandleFunc("POST /goodbye", s.serveGoodbye)
	return mux
}

func (s *Sidecar) serveCounts(w http.ResponseWriter, _ *http.Request) {
	c := Counts{Color: s.o.Color, Version: s.o.Version, Instance: s.o.Instance,
		InFlight: s.proxy.InFlight(s.o.Color), Tunnels: s.proxy.OpenTunnels(s.o.Color)}
	c.Requests, c.Errors = s.proxy.AnswerCounts(s.o.Color)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(c) // the client is gone
}

// serveAnswers answers 200 if the app answers its health path with any status. An
// app that says that it is not ready is alive.
func (s *Sidecar) serveAnswers(w http.ResponseWriter, r *http.Request) {
	if err := s.askApp(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}

func (s *Sidecar) askApp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.times.answerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.o.App+s.o.Health, nil)
	if err != nil {
		return fmt.Errorf("ask the app: %w", err)
	}
	own := &http.Transport{DisableKeepAlives: true} // each check is independent
	res, err := own.RoundTrip(req)                  // no client: a redirect is an answer too
	if err != nil {
		return fmt.Errorf("ask the app: %w", err)
	}
	return res.Body.Close()
}

func (s *Sidecar) serveDrained(w http.ResponseWriter, r *http.Request) {
	sleep, err := time.ParseDuration(r.FormValue("sleep"))
	limit, err2 := time.ParseDuration(r.FormValue("limit"))
	if err != nil || err2 != nil || sleep < 0 || limit < 0 {
		http.Error(w, "sleep and limit must be durations: /drained?sleep=5s&limit=30s", http.StatusBadRequest)
		return
	}
	s.drainTraffic(r.Context(), min(sleep, maxHookSleep), min(limit, maxHookLimit), s.isGoodbyeDue)
}

// isGoodbyeDue reports whether a hook may close the WebSockets, and counts this
// as one that does. A pod ends once, but an app that is only restarted calls the
// hook too, and so may others where no network policy is enforced.
func (s *Sidecar) isGoodbyeDue() bool {
	now, last := time.Now(), s.lastGoodbye.Load()
	return (last == nil || now.Sub(*last) >= s.times.goodbyePause) && s.lastGoodbye.CompareAndSwap(last, &now)
}

func (s *Sidecar) serveGoodbye(w http.ResponseWriter, r *http.Request) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		http.Error(w, "only from inside the pod", http.StatusForbidden)
		return
	}
	s.proxy.DrainColor(s.o.Color, s.times.goodbyeSpread)
}
