package proxy

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// timedReader limits how long each read from a client may take. A deadline of
// the connection would not do: in HTTP/2 it also ends a stream while the
// ingress is busy passing on what it has, and then the client is blamed for an
// app that takes its time.
type timedReader struct {
	ctl   *http.ResponseController
	limit time.Duration
	timer *time.Timer

	mu      sync.Mutex
	waiting bool
}

func newTimedReader(ctl *http.ResponseController, limit time.Duration) *timedReader {
	l := &timedReader{ctl: ctl, limit: limit}
	l.timer = time.AfterFunc(limit, l.expireRead)
	return l
}

// readOnce reads once. After the limit it fails with os.ErrDeadlineExceeded, as
// does every later read.
func (l *timedReader) readOnce(from io.Reader, b []byte) (int, error) {
	l.setWaiting(true)
	l.timer.Reset(l.limit)
	defer l.timer.Stop()
	defer l.setWaiting(false)
	return from.Read(b)
}

func (l *timedReader) setWaiting(waiting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = waiting
}

// expireRead ends the current read, if there is one.
func (l *timedReader) expireRead() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting {
		_ = l.ctl.SetReadDeadline(pastDeadline()) // unlimited where there are no deadlines
	}
}
