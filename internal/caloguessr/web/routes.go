package web

import (
	"net/http"

	"version-manager/internal/kit/httpkit"
)

func (s *Server) addRoutes(mux *http.ServeMux, o Options, p *pages, static *httpkit.Static, m *metrics) {
	meals := mealHandler{pages: p, table: o.Table, estimates: m.estimates}
	photos := newPhotoHandler(o, p, m)
	settings := newSettingsHandler(o, p)
	status := statusHandler{build: o.Build, draining: &s.draining}
	for path, methods := range map[string]methods{
		"/{$}":             {http.MethodGet: meals.serveStart},
		"/meal":            {http.MethodPost: meals.serveMeal},
		"/estimate":        {http.MethodPost: photos.serveEstimate},
		"/settings":        {http.MethodGet: settings.serveSettings},
		"/settings/login":  {http.MethodPost: settings.signIn},
		"/settings/logout": {http.MethodPost: settings.signOut},
		"/settings/key":    {http.MethodPost: settings.saveKey},
		"/settings/test":   {http.MethodPost: settings.testKey},
		"/settings/delete": {http.MethodPost: settings.deleteKey},
		"/static/":         {http.MethodGet: static.ServeHTTP},
		"/healthz":         {http.MethodGet: status.serveHealth},
		"/readyz":          {http.MethodGet: status.serveReadiness},
		"/version":         {http.MethodGet: status.serveVersion},
		"/metrics":         {http.MethodGet: m.handler.ServeHTTP},
	} {
		mux.HandleFunc(path, p.allowMethods(methods))
	}
	mux.HandleFunc("/", p.serveNotFound)
}

// methods maps the methods that a path accepts to their handlers.
type methods map[string]http.HandlerFunc

// allowMethods answers other methods with a page in the visitor's language, and
// handles HEAD like GET.
func (p *pages) allowMethods(m methods) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
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
		p.serveProblem(w, r, http.StatusMethodNotAllowed, "problem.method")
	}
}

// isRoutine reports whether a request comes so often that it is not logged when it
// succeeds.
func isRoutine(r *http.Request) bool {
	switch r.URL.Path {
	case "/healthz", "/readyz", "/version", "/metrics":
		return true
	}
	return false
}
