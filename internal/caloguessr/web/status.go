package web

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"version-manager/internal/kit/httpkit"
	"version-manager/internal/wire"
)

// maxHold is the longest time that /healthz?hold= keeps a request open.
const maxHold = 10 * time.Second

// statusHandler answers what a platform asks an instance.
type statusHandler struct {
	build    Build
	draining *atomic.Bool
}

// serveHealth answers while the process runs. A request of the control plane's
// probe takes as long as ?hold=2s says: one such request is always open during a
// deploy and shows whether long requests survive it. Other clients cannot keep
// requests open.
func (h statusHandler) serveHealth(w http.ResponseWriter, r *http.Request) {
	if value := r.URL.Query().Get("hold"); value != "" && httpkit.HasOnlyValue(r, wire.HeaderProbe, wire.ProbeAccepted) {
		hold, err := time.ParseDuration(value)
		if err != nil || hold < 0 {
			http.Error(w, "hold must be a duration such as 2s", http.StatusBadRequest)
			return
		}
		select {
		case <-time.After(min(hold, maxHold)):
		case <-r.Context().Done():
			return
		}
	}
	writeText(w, http.StatusOK, "ok")
}

// serveReadiness answers 200 while this instance accepts new requests.
func (h statusHandler) serveReadiness(w http.ResponseWriter, _ *http.Request) {
	if h.draining.Load() {
		writeText(w, http.StatusServiceUnavailable, "draining")
		return
	}
	writeText(w, http.StatusOK, "ready")
}

// serveVersion identifies this copy of the app.
func (h statusHandler) serveVersion(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(h.build) // an error means that the client is gone
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n"))
}
