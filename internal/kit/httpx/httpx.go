// Package httpx has what several HTTP clients need beyond net/http.
package httpx

import (
	"net/http"
	"time"
)

// NewNoRedirectClient returns a client that hands a redirect to its caller as
// the answer. Health checks and confirmations judge the answer of one server,
// not of the one that it points to. A timeout of zero means none.
func NewNoRedirectClient(transport http.RoundTripper, timeout time.Duration) *http.Client {
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
