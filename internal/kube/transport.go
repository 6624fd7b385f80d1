package kube

import (
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// errCut is a connection that ended between a request and its answer.
var errCut = errors.New("the connection was closed before the response arrived")

// impatient keeps client-go from trying again on its own: it would wait
// silently until the time is up, and take a watch that was cut for one that
// ended. It does so where it sees Retry-After, or knows an error.
type impatient struct{ next http.RoundTripper }

func (t impatient) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		if isCut(err) {
			err = errCut
		}
		return nil, err
	}
	resp.Header.Del("Retry-After")
	return resp, nil
}

func isCut(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	for _, cut := range []error{errCut, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, cut) {
			return true
		}
	}
	return false
}
