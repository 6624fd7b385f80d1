package proxy

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// pageText is what a person reads. It tells nothing about what runs here.
func pageText(status int) string {
	switch status {
	case http.StatusExpectationFailed:
		return "This server cannot meet that expectation."
	case http.StatusRequestTimeout:
		return "The request took too long to arrive."
	case http.StatusForbidden:
		return "This address is not open to the public."
	case http.StatusNotFound:
		return "There is nothing at this address."
	case http.StatusBadGateway:
		return "The application did not answer. Please try again."
	case http.StatusServiceUnavailable:
		return "The application is not available at the moment. Please try again."
	case http.StatusGatewayTimeout:
		return "The application took too long to answer."
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return "This server does not support that method."
	}
	return "The request could not be understood."
}

// writeErrorPage answers with an error page of the ingress: HTML for clients
// that ask for it, one line of text for all others.
func writeErrorPage(w http.ResponseWriter, r *http.Request, status int) {
	body, kind := pageText(status)+"\n", "text/plain; charset=utf-8"
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		kind = "text/html; charset=utf-8"
		body = fmt.Sprintf("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"+
			"<meta name=\"viewport\" content=\"width=device-width\"><title>%d %s</title>\n<h1>%[2]s</h1>\n<p>%[3]s</p>\n",
			status, http.StatusText(status), pageText(status))
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body)) // a client that has gone misses nothing
	}
}
