package httpkit

import "net/http"

// HasOnlyValue reports whether a request has the header once, with that value.
// A second line means that a client added one to what a trusted proxy said.
func HasOnlyValue(r *http.Request, header, value string) bool {
	values := r.Header.Values(header)
	return len(values) == 1 && values[0] == value
}
