// Package waittest gives the waits of tests a deadline, so that what never
// comes is a failure with a line number, and not ten minutes of silence. The
// test TestWaitsHaveDeadlines, beside the import fence, finds the waits that
// have none.
package waittest

import (
	"net/http"
	"testing"
	"time"
)

// Timeout is how long every wait lasts at most: far longer than anything that
// works takes, on a machine that does much else at the same time.
const Timeout = time.Minute

// Receive returns the next value of c, or the zero value if c is closed. It
// fails the test if neither happens in time.
func Receive[T any](t testing.TB, c <-chan T) T {
	t.Helper()
	v, ok := receiveWithin(c, Timeout)
	if !ok {
		t.Fatalf("nothing was received within %v", Timeout)
	}
	return v
}

func receiveWithin[T any](c <-chan T, limit time.Duration) (v T, ok bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case v = <-c:
		return v, true
	case <-timer.C:
		return v, false
	}
}

// Client returns an HTTP client that gives up in time, with connections of its
// own. A nil transport means one like the default.
func Client(t testing.TB, transport *http.Transport) *http.Client {
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: Timeout}
}
