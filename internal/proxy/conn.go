package proxy

import (
	"bufio"
	"net"
	"syscall"
	"time"
)

// conn is a connection to an instance. One exchange uses it at a time.
type conn struct {
	net.Conn
	br    *bufio.Reader
	raw   syscall.RawConn
	probe func(fd uintptr) bool // made once, so that alive costs no allocation
	dead  bool                  // what probe found

	kept    bool          // has served a request before
	answers bool          // has said something since the last request
	limit   time.Duration // how long it may be kept unused
	since   time.Time     // when it last said something
	idled   time.Duration // how long it was unused before this request
}

func newConn(nc net.Conn) *conn {
	c := &conn{Conn: nc, br: bufio.NewReaderSize(nc, 4<<10)}
	if sc, ok := nc.(syscall.Conn); ok {
		c.raw, _ = sc.SyscallConn()
	}
	c.probe = func(fd uintptr) bool { c.dead = !quiet(fd); return true }
	return c
}

// alive reports whether a kept connection is still open with nothing to
// read. It looks without waiting: an upstream that has closed, or that talks
// without being asked, must not get the next request.
func (c *conn) alive() bool {
	return c.raw != nil && c.raw.Read(c.probe) == nil && !c.dead
}
