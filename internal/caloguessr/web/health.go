package web

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"version-manager/internal/kit/httpkit"
	"version-manager/internal/wire"
)

// maxHold bounds how long a request to /healthz?hold= stays open.
const maxHold = 10 * time.Second

// readiness turns false once and for good.
type readiness struct{ draining atomic.Bool }

// Drain makes /readyz answer 503 from now on. Everything else still works.
func (s *Server) Drain() { s.ready.draining.Store(true) }

// healthz answers while the process lives. For the probe of a deploy it takes as
// long as ?hold=2s says, at most ten seconds: one such request kept open
// throughout a deploy shows whether long requests survive it. Nobody else can
// keep requests open.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) {
	if value := r.URL.Query().Get("hold"); value != "" && httpkit.HasOnlyValue(r, wire.HeaderProbe, wire.ProbeAccepted) {
		hold, err := time.ParseDuration(value)
		if err != nil || hold < 0 {
			http.Error(w, "hold: want a duration such as 2s", http.StatusBadRequest)
			return
		}
		select {
		case <-time.After(min(hold, maxHold)):
		case <-r.Context().Done():
			return
		}
	}
	plain(w, http.StatusOK, "ok")
}

// readyz answers 200 while this instance wants requests.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	if s.ready.draining.Load() {
		plain(w, http.StatusServiceUnavailable, "draining")
		return
	}
	plain(w, http.StatusOK, "ready")
}

// version says which copy of the app answers.
func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(s.Build) // a failed write is the client's loss
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}
