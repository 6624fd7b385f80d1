package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// farewell is how long both ends of a WebSocket have to exchange close
// frames once the ingress has sent one.
const farewell = time.Second

// tunnel answers an upgrade and then moves bytes both ways until both ends
// have finished, however long that takes.
func (x *exchange) tunnel(h head) {
	proto := upgrade(x.r)
	if proto == "" || !strings.EqualFold(h.upgrade, proto) {
		x.fail(x.blame(errMalformed))
		return
	}
	x.reveal(x.w.Header())
	answer := appendSwitching(nil, h.upgrade, x.w.Header())
	client, buffered, err := x.ctl.Hijack()
	if err != nil {
		x.fail(x.blame(err))
		return
	}
	defer client.Close()
	x.side.becomeTunnel()
	defer x.side.endTunnel()
	x.in.tunnels.Add(1)
	defer x.in.tunnels.Add(-1)
	if !x.hijack(client, strings.EqualFold(proto, "websocket")) {
		return
	}
	x.count(http.StatusSwitchingProtocols, false)
	_ = client.SetDeadline(time.Time{})
	down := limitedWriter{client, x.p.o.WriteTimeout}
	if _, err := down.Write(answer); err != nil {
		return
	}
	up := limitedWriter{Conn: x.up} // an app may take its time
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := pump(up, buffered.Reader); err != nil {
			x.up.Close()
			client.Close()
		}
	}()
	if err := x.pumpDown(down); err != nil {
		x.up.Close()
		client.Close()
	}
	<-done
}

// hijack makes breakOff end the client's connection as well.
func (x *exchange) hijack(client net.Conn, websocket bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.committed, x.hijacked = true, client
	if websocket {
		x.frames = new(frames)
	}
	return x.why == none
}

func appendSwitching(b []byte, proto string, h http.Header) []byte {
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"...)
	b = appendField(b, "Upgrade", proto)
	for name, values := range h {
		for _, v := range values {
			b = appendField(b, name, v)
		}
	}
	return append(b, "\r\n"...)
}

// pump moves bytes until from ends, and then ends to's direction only: the
// other one may go on.
func pump(to limitedWriter, from *bufio.Reader) error {
	for {
		b, err := available(from)
		if err == io.EOF {
			return to.CloseWrite()
		}
		if err != nil {
			return err
		}
		if _, err := to.Write(b); err != nil {
			return err
		}
		_, _ = from.Discard(len(b))
	}
}

// pumpDown moves bytes to the client. When it is told to say good-bye it does
// so after the end of the frame that is being sent.
func (x *exchange) pumpDown(to limitedWriter) error {
	if x.frames == nil {
		return pump(to, x.up.br)
	}
	for !x.mayLeave() {
		b, err := available(x.up.br)
		if x.mayLeave() {
			break
		}
		leaving := x.leaving.Load()
		if err == io.EOF {
			return to.CloseWrite()
		}
		if leaving && errors.Is(err, os.ErrDeadlineExceeded) {
			_ = x.up.SetReadDeadline(time.Time{}) // was only to wake up; a closed one fails next
			continue
		}
		if err != nil {
			return err
		}
		if leaving {
			b = b[:x.frames.toEnd(b)]
		} else {
			x.frames.advance(b)
		}
		if _, err := to.Write(b); err != nil {
			return err
		}
		_, _ = x.up.br.Discard(len(b))
	}
	return x.sayGoodbye(to)
}

// mayLeave reports whether it is time to say good-bye.
func (x *exchange) mayLeave() bool { return x.leaving.Load() && x.frames.between() }

// sayGoodbye tells the client that the server is going away. What the app
// still has to say is dropped; the client's answer goes through to it, so that
// it sees an orderly end as well.
func (x *exchange) sayGoodbye(to limitedWriter) error {
	if _, err := io.WriteString(to, goingAway); err != nil {
		return err
	}
	x.mu.Lock() // leave is setting a deadline at this moment, or has
	_ = x.up.SetReadDeadline(time.Now().Add(farewell))
	_ = to.SetReadDeadline(time.Now().Add(farewell))
	x.mu.Unlock()
	_, _ = io.Copy(io.Discard, x.up.br)
	return net.ErrClosed
}

// available waits until something can be read and returns all of it, without
// taking it out of the buffer.
func available(br *bufio.Reader) ([]byte, error) {
	if _, err := br.Peek(1); err != nil {
		return nil, err
	}
	return br.Peek(br.Buffered())
}

// limitedWriter is a connection whose writes must not take longer than limit,
// unless that is zero.
type limitedWriter struct {
	net.Conn
	limit time.Duration
}

func (w limitedWriter) Write(b []byte) (int, error) {
	if w.limit == 0 {
		return w.Conn.Write(b)
	}
	if err := w.SetWriteDeadline(time.Now().Add(w.limit)); err != nil {
		return 0, err
	}
	return w.Conn.Write(b)
}

// CloseWrite ends this direction, or everything where that is not possible.
func (w limitedWriter) CloseWrite() error {
	inner := w.Conn
	if c, ok := inner.(*conn); ok {
		inner = c.Conn
	}
	if half, ok := inner.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return inner.Close()
}
