// Package web is Caloguessr's face: a page that takes a photo or a search and
// shows a meal, a page for the key, and what a platform asks an instance.
//
// The server keeps nothing about visitors. A meal travels in the form of the
// page that shows it; a photo is gone when the answer is written. Every page
// works without JavaScript; the scripts in static only make it smoother, with the
// very same requests. Start with [New].
package web

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
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

const (
	maxForm      = 64 << 10 // bytes of any form without a photo
	photoBurst   = 10       // photos a client may send at once,
	photoEvery   = 6 * time.Second
	secretsBurst = 10 // and attempts at the key
	secretsEvery = 10 * time.Second
)

// Build says which copy of the app this is.
type Build struct {
	Version  string `json:"version"`
	Color    string `json:"color,omitempty"`
	Instance string `json:"instance,omitempty"`
}

// Checker asks whether a key works with the model that is configured.
type Checker interface {
	// CheckKey fails with an *estimate.Error.
	CheckKey(ctx context.Context, key string) error
}

// Options is what a Server needs; all fields but AdminToken and LocalAdmin are required.
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
	AdminToken string // if set, whoever knows it may change the key, and nobody else
	LocalAdmin bool   // without a token, whoever sits at this machine may
	Log        *slog.Logger
}

// Server answers Caloguessr's requests.
type Server struct {
	Options
	pages   *httpkit.Templates
	static  *httpkit.Static
	metrics *metrics
	photos  *httpkit.Rate
	secrets *httpkit.Rate
	ready   readiness
	admin   administrator
}

// New returns a Server that is ready.
func New(o Options) (*Server, error) {
	staticFiles, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	static, err := httpkit.NewStatic(staticFiles)
	if err != nil {
		return nil, err
	}
	templateFiles, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	pages, err := httpkit.NewTemplates(templateFiles, template.FuncMap{"static": static.URL})
	if err != nil {
		return nil, fmt.Errorf("load pages: %w", err)
	}
	return &Server{
		Options: o, pages: pages, static: static, metrics: newMetrics(o.Build),
		photos:  httpkit.NewRate(photoBurst, photoEvery),
		secrets: httpkit.NewRate(secretsBurst, secretsEvery),
		admin:   administrator{o.AdminToken},
	}, nil
}

// Handler returns all routes with everything that stands around them.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.route(mux, "/{$}", methods{http.MethodGet: s.home})
	s.route(mux, "/estimate", methods{http.MethodPost: s.estimate})
	s.route(mux, "/meal", methods{http.MethodPost: s.meal})
	s.route(mux, "/settings", methods{http.MethodGet: s.settings})
	s.route(mux, "/settings/login", methods{http.MethodPost: s.login})
	s.route(mux, "/settings/logout", methods{http.MethodPost: s.logout})
	s.route(mux, "/settings/key", methods{http.MethodPost: s.setKey})
	s.route(mux, "/settings/test", methods{http.MethodPost: s.testKey})
	s.route(mux, "/settings/delete", methods{http.MethodPost: s.deleteKey})
	s.route(mux, "/static/", methods{http.MethodGet: s.serveStatic})
	s.route(mux, "/healthz", methods{http.MethodGet: s.healthz})
	s.route(mux, "/readyz", methods{http.MethodGet: s.readyz})
	s.route(mux, "/version", methods{http.MethodGet: s.version})
	s.route(mux, "/metrics", methods{http.MethodGet: s.metrics.handler.ServeHTTP})
	mux.HandleFunc("/", s.notFound)

	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(s.forbidden))
	return httpkit.Chain(mux,
		s.metrics.measure,
		httpkit.AccessLog(s.Log, routine),
		httpkit.Secure,
		httpkit.Recover(s.Log, s.panicked),
		csrf.Handler,
	)
}

// methods maps the methods that a path takes to their handlers.
type methods map[string]http.HandlerFunc

// route registers a path so that a method it does not take gets a page in the
// visitor's language, and HEAD goes where GET does.
func (s *Server) route(mux *http.ServeMux, path string, m methods) {
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if h, ok := m[method]; ok {
			h(w, r)
			return
		}
		for allowed := range m {
			w.Header().Add("Allow", allowed)
		}
		s.problem(w, r, http.StatusMethodNotAllowed, "problem.method")
	})
}

// routine requests come all the time and say nothing when they succeed.
func routine(r *http.Request) bool {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/version", "/metrics":
		return true
	}
	return false
}

func (s *Server) serveStatic(w http.ResponseWriter, r *http.Request) { s.static.ServeHTTP(w, r) }
