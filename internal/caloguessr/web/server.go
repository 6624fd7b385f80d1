// Package web has the pages of Caloguessr: one that takes a photo or a search and
// shows a meal, and one for the Gemini key. It also answers what a platform asks
// an instance.
//
// The server stores nothing about visitors. A meal is in the form of the page that
// shows it, and a photo is gone once the answer is written. Every page works
// without JavaScript; the scripts in static send the same requests. Start with
// [NewServer].
package web

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
	"version-manager/internal/kit/httpkit"
)

//go:embed templates/*.html static
var files embed.FS

// Rate limits per client. A client may make a burst of requests at once, and
// gets another one after each interval.
const (
	photoBurst       = 10
	photoInterval    = 6 * time.Second
	keyAccessBurst   = 10 // attempts to change the key or to sign in
	keyAccessRefresh = 10 * time.Second
)

// Build identifies this copy of the app.
type Build struct {
	Version  string `json:"version"`
	Color    string `json:"color,omitempty"`
	Instance string `json:"instance,omitempty"`
}

// Checker checks a key.
type Checker interface {
	// CheckKey reports whether the key works with the configured model. Errors are
	// of type *estimate.Error.
	CheckKey(ctx context.Context, key string) error
}

// Options are what a Server needs. All fields but AdminToken and LocalAdmin are
// required.
type Options struct {
	Build      Build
	Table      *nutrition.Table
	Words      map[string]*i18n.Printer
	Keys       *keys.Store
	Uploads    *upload.Receiver
	Intake     *photo.Intake
	Estimator  estimate.Estimator
	Checker    Checker
	Model      string
	Clients    *httpkit.Clients
	AdminToken string // if set, only those who know it may change the key
	LocalAdmin bool   // without a token, users of this machine may change the key
	Log        *slog.Logger
}

// Server answers Caloguessr's requests.
type Server struct {
	handler  http.Handler
	draining atomic.Bool
}

// NewServer returns a Server that is ready.
func NewServer(o Options) (*Server, error) {
	staticFiles, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	static, err := httpkit.NewStatic(staticFiles)
	if err != nil {
		return nil, err
	}
	pages, err := newPages(o, static)
	if err != nil {
		return nil, err
	}
	s, m := &Server{}, newMetrics(o.Build)
	mux := http.NewServeMux()
	s.addRoutes(mux, o, pages, static, m)
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(pages.serveForbidden))
	s.handler = httpkit.Chain(mux,
		m.measureRequests,
		httpkit.AccessLog(o.Log, isRoutine),
		httpkit.Secure,
		httpkit.Recover(o.Log, pages.servePanic),
		csrf.Handler,
	)
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// StartDraining makes /readyz answer 503 from now on. Everything else still works.
func (s *Server) StartDraining() { s.draining.Store(true) }
