package probe

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"version-manager/internal/kit/wait"
)

// socket keeps one WebSocket open and says something at every interval. A
// message and its echo are one sample.
type socket struct {
	*sender
	url      string
	header   http.Header
	interval time.Duration
	timeout  time.Duration
}

// pauseAfterFailure keeps a target that refuses everything from being hammered.
const pauseAfterFailure = 250 * time.Millisecond

// run opens sockets, one after the other, until ctx ends.
func (s *socket) run(ctx context.Context) {
	var closed time.Time // of a polite goodbye that waits for its reconnect
	for ctx.Err() == nil {
		began := time.Now()
		c, from, out := s.open()
		if ctx.Err() != nil {
			if c != nil {
				c.CloseNow()
			}
			return
		}
		if c == nil {
			s.record(WebSocket, out, began, began, from)
			closed = time.Time{}
			_ = wait.SleepContext(ctx, pauseAfterFailure)
			continue
		}
		if !closed.IsZero() {
			s.record(WebSocket, Polite, closed, closed, from)
		}
		closed = time.Time{}
		if s.talk(ctx, c, from) {
			closed = time.Now()
		} else {
			_ = wait.SleepContext(ctx, pauseAfterFailure)
		}
		c.CloseNow()
	}
}

// open connects; without a connection the outcome says why.
func (s *socket) open() (*websocket.Conn, Source, Outcome) {
	ctx, cancel := context.WithTimeout(s.hard, s.timeout)
	defer cancel()
	refused := make(chan error, 1) // as the dialer put it: websocket.Dial flattens it
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		nc, err := s.dial(ctx, time.Now().Add(s.timeout))
		if err != nil {
			refused <- err
		}
		return nc, err
	}}
	c, res, err := websocket.Dial(ctx, s.url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}, HTTPHeader: s.header})
	var from Source
	if res != nil {
		from = source(res.Header)
	}
	if err == nil {
		return c, from, OK
	}
	return nil, from, s.cut(s.refusal(ctx, err, res, from, refused))
}

// refusal says why there is no connection.
func (s *socket) refusal(ctx context.Context, err error, res *http.Response, from Source, refused <-chan error) Outcome {
	switch {
	case res != nil && judge(res.StatusCode, from) == Status:
		return Status
	case res != nil:
		return Garbled
	}
	select {
	case err := <-refused:
		return dialOutcome(err)
	default:
	}
	if ctx.Err() != nil {
		return Timeout
	}
	return answerOutcome(err)
}
