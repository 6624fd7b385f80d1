package httpkit

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestChain(t *testing.T) {
	var order string
	mark := func(s string) Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { order += s; next.ServeHTTP(w, r) })
		}
	}
	get(Chain(http.NotFoundHandler(), mark("a"), mark("b")), "/")
	if order != "ab" {
		t.Errorf("order %q, want ab", order)
	}
}
