package proxy

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// readLimit limits how long each read from a client may take. A deadline of
// the connection would not do: in HTTP/2 it also ends a stream while the
// ingress is busy passing on what it has, and then the client is blamed for an
// app that takes its time.
type readLimit struct {
	ctl   *http.ResponseController
	limit time.Duration
	timer *time.Timer

	mu      sync.Mutex
	waiting bool
}

func newReadLimit(ctl *http.ResponseController, limit time.Duration) *readLimit {
	l := &readLimit{ctl: ctl, limit: limit}
	l.timer = time.AfterFunc(limit, l.expire)
	return l
}

// read reads once. After the limit it fails with os.ErrDeadlineExceeded, as
// does every later read.
func (l *readLimit) read(from io.Reader, b []byte) (int, error) {
	l.wait(true)
	l.timer.Reset(l.limit)
	defer l.timer.Stop()
	defer l.wait(false)
	return from.Read(b)
}

func (l *readLimit) wait(waiting bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = waiting
}

// expire ends the read that is under way, if there is one.
func (l *readLimit) expire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting {
		_ = l.ctl.SetReadDeadline(past()) // unlimited where there are no deadlines
	}
}
