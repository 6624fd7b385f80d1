package probe

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// conn is one HTTP/1.1 connection that sends what it is told exactly once.
type conn struct {
	net.Conn
	in    *bufio.Reader
	ended error // what the last Read said
}

// Read remembers how the connection ended: half a header line is a parse
// error to net/http, and a broken connection to us.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.ended = err
	return n, err
}

// Answer is a complete response.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // only valid during a Check
}

// ask sends head and body and reads the whole answer, whose body is kept in
// scratch if there is one and thrown away otherwise. again reports whether
// the connection can be used once more.
func (c *conn) ask(method string, head, body, scratch []byte) (a Answer, again bool, err error) {
	out := net.Buffers{head, body}
	if len(body) == 0 {
		out = out[:1]
	}
	_, unsent := out.WriteTo(c.Conn)
	res, err := c.response(method)
	if err != nil {
		if unsent != nil {
			err = unsent // nothing was said about why
		}
		return a, false, err
	}
	a.Status, a.Header = res.StatusCode, res.Header
	if a.Body, err = drainBody(res.Body, scratch); err != nil {
		return a, false, err
	}
	return a, !res.Close && unsent == nil && c.in.Buffered() == 0, nil
}

// response reads the head of an answer, skipping the interim ones.
func (c *conn) response(method string) (*http.Response, error) {
	for {
		res, err := http.ReadResponse(c.in, &http.Request{Method: method})
		if err != nil && c.ended != nil {
			return nil, c.ended
		}
		if err != nil || res.StatusCode >= 200 {
			return res, err
		}
	}
}

func drainBody(r io.Reader, scratch []byte) ([]byte, error) {
	n := 0
	for n < len(scratch) {
		m, err := r.Read(scratch[n:])
		n += m
		if err == io.EOF {
			return scratch[:n], nil
		}
		if err != nil {
			return scratch[:n], err
		}
	}
	_, err := io.Copy(io.Discard, r)
	return scratch[:n], err
}

// quiet reports whether an idle connection can still be used. A server may
// close an idle connection at any time; a client that did not look would
// blame it for the next request. Anything there to read means the end: the
// close itself, a TLS alert, or bytes that nobody asked for.
func (c *conn) quiet() bool {
	sc, ok := rawConn(c.Conn).(syscall.Conn)
	if !ok {
		return true // not a socket
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	var peeked error
	var one [1]byte
	err = raw.Read(func(fd uintptr) bool {
		_, _, peeked = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	return err == nil && (peeked == syscall.EAGAIN || peeked == syscall.EWOULDBLOCK)
}

// rawConn looks through TLS.
func rawConn(c net.Conn) net.Conn {
	if t, ok := c.(interface{ NetConn() net.Conn }); ok {
		return t.NetConn()
	}
	return c
}

// past is a deadline that cuts whatever waits for the connection.
func past() time.Time { return time.Unix(1, 0) }
