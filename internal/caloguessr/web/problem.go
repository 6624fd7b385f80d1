package web

import (
	"net/http"
)

// problemPage is a page that says only what went wrong.
type problemPage struct {
	page
	Status   int
	Sentence string
}

// problem answers with a sentence in the visitor's language.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, status int, key string, pairs ...any) {
	p := s.page(w, r, "/")
	s.render(w, status, "problem", problemPage{p, status, p.T(key, pairs...)})
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusNotFound, "problem.notFound")
}

func (s *Server) forbidden(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusForbidden, "problem.forbidden")
}

func (s *Server) panicked(w http.ResponseWriter, r *http.Request) {
	s.problem(w, r, http.StatusInternalServerError, "problem.internal")
}
