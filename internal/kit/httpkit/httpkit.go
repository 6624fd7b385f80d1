// Package httpkit is what the web pages of this repository share: security
// headers, static files under names that never change their content,
// templates, the choice of a language, and the small handlers that stand
// around every other one.
//
// It knows no page and no product. Everything is a plain http.Handler or a
// function that wraps one; [Chain] puts them in order.
package httpkit

import "net/http"

// Middleware wraps a handler in another.
type Middleware func(http.Handler) http.Handler

// Chain wraps h so that the first middleware sees a request first.
func Chain(h http.Handler, around ...Middleware) http.Handler {
	for i := len(around) - 1; i >= 0; i-- {
		h = around[i](h)
	}
	return h
}
