package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"version-manager/internal/proxy/message"
	"version-manager/internal/proxy/upstream"
)

// closeFrameTimeout is how long both ends of a WebSocket have to exchange close
// frames after the ingress has sent one.
const closeFrameTimeout = time.Second

// tunnel is an exchange after an upgrade.
type tunnel struct {
	exchange *exchange
	client   net.Conn
	frames   *frameReader // of a WebSocket; nil: another protocol
	closeDue atomic.Bool  // a WebSocket whose color is being closed
}

// runTunnel answers an upgrade and then moves bytes both ways until both ends
// have finished, however long that takes.
func (x *exchange) runTunnel(h message.ResponseHead) {
	protocol := message.UpgradeProtocol(x.r)
	if protocol == "" || !strings.EqualFold(h.Upgrade, protocol) {
		x.sendFailure(x.failureStatus(message.ErrMalformed))
		return
	}
	x.revealVersion(x.w.Header())
	answer := appendSwitching(nil, h.Upgrade, x.w.Header())
	client, buffered, err := x.ctl.Hijack()
	if err != nil {
		x.sendFailure(x.failureStatus(err))
		return
	}
	defer client.Close()
	x.state.becomeTunnel()
	defer x.state.endTunnel()
	x.instance.Tunnels.Add(1)
	defer x.instance.Tunnels.Add(-1)
	t := &tunnel{exchange: x, client: client}
	if strings.EqualFold(protocol, "websocket") {
		t.frames = new(frameReader)
	}
	if !x.attachTunnel(t) {
		return
	}
	x.countAnswer(http.StatusSwitchingProtocols, false)
	t.moveBytes(answer, buffered.Reader)
}

// attachTunnel makes abortExchange end the client's connection as well. It
// reports false if the exchange was aborted meanwhile.
func (x *exchange) attachTunnel(t *tunnel) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.committed, x.tunnel = true, t
	return x.aborted == notAborted
}

func appendSwitching(b []byte, protocol string, h http.Header) []byte {
	b = append(b, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"...)
	b = message.AppendField(b, "Upgrade", protocol)
	for name, values := range h {
		for _, v := range values {
			b = message.AppendField(b, name, v)
		}
	}
	return append(b, "\r\n"...)
}

// moveBytes writes the answer to the client and then moves bytes both ways.
func (t *tunnel) moveBytes(answer []byte, fromClient *bufio.Reader) {
	x := t.exchange
	_ = t.client.SetDeadline(time.Time{})
	down := limitedWriter{t.client, x.proxy.options.WriteTimeout}
	if _, err := down.Write(answer); err != nil {
		return
	}
	up := limitedWriter{Conn: x.upstream} // an app may take its time
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := pumpBytes(up, fromClient); err != nil {
			x.upstream.Close()
			t.client.Close()
		}
	}()
	if err := t.pumpDown(down); err != nil {
		x.upstream.Close()
		t.client.Close()
	}
	<-done
}

// pumpBytes moves bytes until from ends, and then ends only to's direction: the
// other one may continue.
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

// pumpDown moves bytes to the client. When a close is requested, it sends a
// close frame after the end of the current frame.
func (t *tunnel) pumpDown(to limitedWriter) error {
	from := t.exchange.upstream
	if t.frames == nil {
		return pumpBytes(to, from.Reader)
	}
	for !t.isCloseReady() {
		b, err := peekAvailable(from.Reader)
		if t.isCloseReady() {
			break
		}
		leaving := t.closeDue.Load()
		if err == io.EOF {
			return to.CloseWrite()
		}
		if leaving && errors.Is(err, os.ErrDeadlineExceeded) {
			_ = from.SetReadDeadline(time.Time{}) // it was only to wake up; a closed connection fails next
			continue
		}
		if err != nil {
			return err
		}
		if leaving {
			b = b[:t.frames.skipToEnd(b)]
		} else {
			t.frames.skipBytes(b)
		}
		if _, err := to.Write(b); err != nil {
			return err
		}
		_, _ = from.Reader.Discard(len(b))
	}
	return t.sendCloseFrame(to)
}

// isCloseReady reports whether it is time to send a close frame.
func (t *tunnel) isCloseReady() bool { return t.closeDue.Load() && t.frames.isBetweenFrames() }

// sendCloseFrame tells the client that the server is going away. What the app still
// sends is dropped. The client's answer reaches the app, so that it sees an
// orderly end as well.
func (t *tunnel) sendCloseFrame(to limitedWriter) error {
	if _, err := io.WriteString(to, goingAwayFrame); err != nil {
		return err
	}
	x := t.exchange
	x.mu.Lock() // requestClose is setting a deadline at this moment, or has
	_ = x.upstream.SetReadDeadline(time.Now().Add(closeFrameTimeout))
	_ = to.SetReadDeadline(time.Now().Add(closeFrameTimeout))
	x.mu.Unlock()
	_, _ = io.Copy(io.Discard, x.upstream.Reader)
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
	if c, ok := inner.(*upstream.Conn); ok {
		inner = c.Conn
	}
	if half, ok := inner.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return inner.Close()
}
