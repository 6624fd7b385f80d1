package httpkit

import "net/http"

// policy allows what our pages need, all from the same origin, and nothing
// else: no inline script or style, no frames, no plugins. blob: lets a page
// show a photo before it is sent.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// Secure sets the headers that tell browsers to trust a page with little.
func Secure(next http.Handler) http.Handler {
	headers := map[string]string{
		"Content-Security-Policy":    policy,
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         "camera=(self), geolocation=(), microphone=()",
		"Referrer-Policy":            "same-origin", // with no-referrer, a form of our own page is sent with "Origin: null"
		"X-Content-Type-Options":     "nosniff",
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}
