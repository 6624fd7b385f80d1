package web

import (
	"math"
	"net/http"
	"time"
)

// problemPage only says what went wrong.
type problemPage struct {
	page
	Status   int
	Sentence string
}

// serveProblem answers with a sentence in the visitor's language.
func (p *pages) serveProblem(w http.ResponseWriter, r *http.Request, status int, key string, pairs ...any) {
	data := p.newPage(w, r, "/")
	p.renderPage(w, status, "problem", problemPage{data, status, data.T(key, pairs...)})
}

func (p *pages) serveNotFound(w http.ResponseWriter, r *http.Request) {
	p.serveProblem(w, r, http.StatusNotFound, "problem.notFound")
}

func (p *pages) serveForbidden(w http.ResponseWriter, r *http.Request) {
	p.serveProblem(w, r, http.StatusForbidden, "problem.forbidden")
}

func (p *pages) servePanic(w http.ResponseWriter, r *http.Request) {
	p.serveProblem(w, r, http.StatusInternalServerError, "problem.internal")
}

// serveTooMany answers a client that must wait.
func (p *pages) serveTooMany(w http.ResponseWriter, r *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", formatSeconds(wait))
	p.serveProblem(w, r, http.StatusTooManyRequests, "problem.tooMany", "n", int(math.Ceil(wait.Seconds())))
}
