package probe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

// socket keeps one WebSocket open and says something at every interval. A
// message and its echo are one sample.
type socket struct {
	*gun
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
			wait(ctx, pauseAfterFailure)
			continue
		}
		if !closed.IsZero() {
			s.record(WebSocket, Polite, closed, closed, from)
		}
		closed = time.Time{}
		if s.talk(ctx, c, from) {
			closed = time.Now()
		} else {
			wait(ctx, pauseAfterFailure)
		}
		c.CloseNow()
	}
}

// open connects; without a connection the outcome says why.
func (s *socket) open() (*websocket.Conn, Source, Outcome) {
	ctx, cancel := context.WithTimeout(s.hard, s.timeout)
	defer cancel()
	var refused error // as the dialer put it: websocket.Dial flattens it
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		nc, err := s.dial(ctx, time.Now().Add(s.timeout))
		refused = err
		return nc, err
	}}
	c, res, err := websocket.Dial(ctx, s.url, &websocket.DialOptions{HTTPClient: &http.Client{Transport: tr}, HTTPHeader: s.header})
	var from Source
	if res != nil {
		from = source(res.Header)
	}
	switch {
	case err == nil:
		return c, from, OK
	case res != nil && judge(res.StatusCode) == Status:
		return nil, from, Status
	case res != nil:
		return nil, from, Garbled
	case refused != nil:
		return nil, from, s.cut(dialOutcome(refused))
	case ctx.Err() != nil:
		return nil, from, s.cut(Timeout)
	}
	return nil, from, s.cut(answerOutcome(err))
}

// talk says something at every interval until the connection ends, and
// reports whether it ended politely.
func (s *socket) talk(ctx context.Context, c *websocket.Conn, from Source) (polite bool) {
	over := make(chan struct{})
	defer close(over)
	heard := s.listen(c, over)
	tick := time.NewTicker(s.interval)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			c.Close(websocket.StatusNormalClosure, "")
			return false
		case end := <-heard:
			if end.err == nil {
				continue // a greeting, or whatever else it has to say
			}
			return s.hangup(end.err, time.Now(), from)
		case <-tick.C:
		}
		if done, polite := s.exchange(ctx, c, heard, strconv.Itoa(n), from); done {
			return polite
		}
	}
}

// exchange says text and waits for its echo.
func (s *socket) exchange(ctx context.Context, c *websocket.Conn, heard <-chan message, text string, from Source) (done, polite bool) {
	began := time.Now()
	late := time.NewTimer(s.timeout)
	defer late.Stop()
	wctx, cancel := context.WithTimeout(s.hard, s.timeout)
	defer cancel()
	// A failed write says less than the close frame that may have arrived
	// before it: the reader below has the last word.
	c.Write(wctx, websocket.MessageText, []byte(text))
	for {
		select {
		case m := <-heard:
			if m.err != nil {
				return true, s.hangup(m.err, began, from)
			}
			if m.text == text {
				s.record(WebSocket, OK, began, began, from)
				return false, false
			}
		case <-late.C:
			s.record(WebSocket, s.cut(Timeout), began, began, from)
			return true, false
		}
	}
}

// hangup judges the end of a connection. A polite one is recorded later, when
// the reconnect has shown that it was one.
func (s *socket) hangup(err error, began time.Time, from Source) (polite bool) {
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusServiceRestart:
		return true
	}
	out := answerOutcome(err)
	if closedOtherwise(err) {
		out = Reset // it said something else than goodbye
	}
	s.record(WebSocket, s.cut(out), began, began, from)
	return false
}

func closedOtherwise(err error) bool {
	_, ok := errors.AsType[websocket.CloseError](err)
	return ok
}

// message is what was heard, or why nothing will be heard any more.
type message struct {
	text string
	err  error
}

// listen reads until the connection ends or nobody listens any more.
func (s *socket) listen(c *websocket.Conn, over <-chan struct{}) <-chan message {
	heard := make(chan message)
	go func() {
		for {
			_, b, err := c.Read(s.hard)
			select {
			case heard <- message{string(b), err}:
			case <-over:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return heard
}
