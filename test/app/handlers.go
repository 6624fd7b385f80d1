package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxSlow  = time.Minute
	maxBurn  = time.Second
	maxBytes = 64 << 20
)

// identity says who answered.
type identity struct {
	Version  string `json:"version"`
	Color    string `json:"color"`
	Instance string `json:"instance"`
}

func (a *app) ownIdentity() identity {
	return identity{a.set.Version, a.set.Color, a.set.Instance}
}

func (a *app) newHandler() http.Handler {
	work := http.NewServeMux()
	work.HandleFunc("GET /{$}", a.version)
	work.HandleFunc("GET /version", a.version)
	work.HandleFunc("GET /client", writeClient)
	work.HandleFunc("GET /slow", a.serveSlowly)
	work.HandleFunc("GET /burn", a.burnCPU)
	work.HandleFunc("GET /bytes", a.sendBytes)
	work.HandleFunc("POST /upload", a.receiveUpload)
	work.HandleFunc("GET /events", a.streamEvents)
	work.HandleFunc("GET /ws", a.serveEcho)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", a.serveReadiness)
	mux.Handle("/", a.withMisbehavior(work))
	return mux
}

func (a *app) serveReadiness(w http.ResponseWriter, _ *http.Request) {
	if !a.isReady() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

func (a *app) version(w http.ResponseWriter, _ *http.Request) { writeJSON(w, a.ownIdentity()) }

// writeClient says who asks, as the proxies in front have told.
func writeClient(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, strings.Join(r.Header["X-Forwarded-For"], " | ")+"\n")
}

// serveSlowly answers after ?for=, which is cut to a minute. A drain does not hurry
// it: that is what it is for.
func (a *app) serveSlowly(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(valueOr(r.FormValue("for"), "10s"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if waitFor(r.Context(), min(d, maxSlow)) {
		writeJSON(w, a.ownIdentity())
	}
}

// burnCPU keeps a processor busy ?for=, which is cut to a second, so that an
// autoscaler has something to see.
func (a *app) burnCPU(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(valueOr(r.FormValue("for"), "10ms"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sum := sha256.Sum256(nil)
	for end := time.Now().Add(min(d, maxBurn)); time.Now().Before(end); {
		sum = sha256.Sum256(sum[:])
	}
	writeJSON(w, a.ownIdentity())
}

// sendBytes answers ?n= bytes.
func (a *app) sendBytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 || n > maxBytes {
		http.Error(w, fmt.Sprintf("n: want 0 to %d", maxBytes), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	chunk := make([]byte, min(n, 32<<10))
	for n > 0 {
		m, err := w.Write(chunk[:min(n, len(chunk))])
		if err != nil {
			return
		}
		n -= m
	}
}

// uploaded is what the app received, so that the sender can compare.
type uploaded struct {
	identity
	SHA256 string `json:"sha256"`
	Length int64  `json:"length"`
}

func (a *app) receiveUpload(w http.ResponseWriter, r *http.Request) {
	h := sha256.New()
	n, err := io.Copy(h, http.MaxBytesReader(w, r.Body, maxBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	writeJSON(w, uploaded{a.ownIdentity(), hex.EncodeToString(h.Sum(nil)), n})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
