package probe

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/coder/websocket"
)

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
		if done, polite := s.exchange(c, heard, strconv.Itoa(n), from); done {
			return polite
		}
	}
}

// exchange says text and waits for its echo.
func (s *socket) exchange(c *websocket.Conn, heard <-chan message, text string, from Source) (done, polite bool) {
	began := time.Now()
	late := time.NewTimer(s.timeout)
	defer late.Stop()
	ctx, cancel := context.WithTimeout(s.hard, s.timeout)
	defer cancel()
	// A failed write says less than the close frame that may have arrived
	// before it: the reader below has the last word.
	c.Write(ctx, websocket.MessageText, []byte(text))
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
		out = Reset // it said something other than goodbye
	}
	s.record(WebSocket, s.cut(out), began, began, from)
	return false
}

func closedOtherwise(err error) bool {
	_, ok := errors.AsType[websocket.CloseError](err)
	return ok
}

// message is what was received, or why nothing more will be.
type message struct {
	text string
	err  error
}

// listen reads until the connection ends or over is closed.
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
