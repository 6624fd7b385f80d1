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

// goodbyeTimeout is how long both ends of a WebSocket have to exchange close
// frames once the ingress has sent one.
const goodbyeTimeout = time.Second

// runTunnel answers an upgrade and then moves bytes both ways until both ends
// have finished, however long that takes.
func (x *exchange) runTunnel(h responseHead) {
	proto := upgradeProtocol(x.r)
	if proto == "" || !strings.EqualFold(h.upgrade, proto) {
		x.sendFailure(x.failureStatus(errMalformed))
		return
	}
	x.revealVersion(x.w.Header())
	answer := appendSwitching(nil, h.upgrade, x.w.Header())
	client, buffered, err := x.ctl.Hijack()
	if err != nil {
		x.sendFailure(x.failureStatus(err))
		return
	}
	defer client.Close()
	x.state.becomeTunnel()
	defer x.state.endTunnel()
	x.instance.tunnels.Add(1)
	defer x.instance.tunnels.Add(-1)
	if !x.attachClient(client, strings.EqualFold(proto, "websocket")) {
		return
	}
	x.countAnswer(http.StatusSwitchingProtocols, false)
	_ = client.SetDeadline(time.Time{})
	down := limitedWriter{client, x.proxy.options.WriteTimeout}
	if _, err := down.Write(answer); err != nil {
		return
	}
	up := limitedWriter{Conn: x.upstream} // an app may take its time
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := pumpBytes(up, buffered.Reader); err != nil {
			x.upstream.Close()
			client.Close()
		}
	}()
	if err := x.pumpDown(down); err != nil {
		x.upstream.Close()
		client.Close()
	}
	<-done
}

// attachClient makes breakOff end the client's connection as well.
func (x *exchange) attachClient(client net.Conn, websocket bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.committed, x.hijacked = true, client
	if websocket {
		x.frames = new(frameReader)
	}
	return x.aborted == notAborted
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

// pumpBytes moves bytes until from ends, and then ends to's direction only: the
// other one may go on.
func pumpBytes(to limitedWriter, from *bufio.Reader) error {
	for {
		b, err := peekAvailable(from)
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
		return pumpBytes(to, x.upstream.br)
	}
	for !x.isGoodbyeReady() {
		b, err := peekAvailable(x.upstream.br)
		if x.isGoodbyeReady() {
			break
		}
		leaving := x.goodbyeDue.Load()
		if err == io.EOF {
			return to.CloseWrite()
		}
		if leaving && errors.Is(err, os.ErrDeadlineExceeded) {
			_ = x.upstream.SetReadDeadline(time.Time{}) // was only to wake up; a closed one fails next
			continue
		}
		if err != nil {
			return err
		}
		if leaving {
			b = b[:x.frames.skipToEnd(b)]
		} else {
			x.frames.skipBytes(b)
		}
		if _, err := to.Write(b); err != nil {
			return err
		}
		_, _ = x.upstream.br.Discard(len(b))
	}
	return x.sayGoodbye(to)
}

// isGoodbyeReady reports whether it is time to say good-bye.
func (x *exchange) isGoodbyeReady() bool { return x.goodbyeDue.Load() && x.frames.isBetweenFrames() }

// sayGoodbye tells the client that the server is going away. What the app
// still has to say is dropped; the client's answer goes through to it, so that
// it sees an orderly end as well.
func (x *exchange) sayGoodbye(to limitedWriter) error {
	if _, err := io.WriteString(to, goingAwayFrame); err != nil {
		return err
	}
	x.mu.Lock() // leave is setting a deadline at this moment, or has
	_ = x.upstream.SetReadDeadline(time.Now().Add(goodbyeTimeout))
	_ = to.SetReadDeadline(time.Now().Add(goodbyeTimeout))
	x.mu.Unlock()
	_, _ = io.Copy(io.Discard, x.upstream.br)
	return net.ErrClosed
}

// peekAvailable waits until something can be read and returns all of it, without
// taking it out of the buffer.
func peekAvailable(br *bufio.Reader) ([]byte, error) {
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
	if c, ok := inner.(*upstreamConn); ok {
		inner = c.Conn
	}
	if half, ok := inner.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return inner.Close()
}
