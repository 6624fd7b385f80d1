package proxy

import (
	"bufio"
	"net"
	"syscall"
	"time"
)

// upstreamConn is a connection to an instance. One exchange uses it at a time.
type upstreamConn struct {
	net.Conn
	br          *bufio.Reader
	raw         syscall.RawConn
	checkSocket func(fd uintptr) bool // made once, so that alive costs no allocation
	dead        bool                  // what probe found

	reused    bool          // has served a request before
	answered  bool          // has said something since the last request
	idleLimit time.Duration // how long it may be kept unused
	lastRead  time.Time     // when it last said something
	idleTime  time.Duration // how long it was unused before this request
}

func newConn(nc net.Conn) *upstreamConn {
	c := &upstreamConn{Conn: nc, br: bufio.NewReaderSize(nc, 4<<10)}
	if sc, ok := nc.(syscall.Conn); ok {
		c.raw, _ = sc.SyscallConn()
	}
	c.checkSocket = func(fd uintptr) bool { c.dead = !isQuietSocket(fd); return true }
	return c
}

// isAlive reports whether a kept connection is still open with nothing to
// read. It looks without waiting: an upstream that has closed, or that talks
// without being asked, must not get the next request.
func (c *upstreamConn) isAlive() bool {
	return c.raw != nil && c.raw.Read(c.checkSocket) == nil && !c.dead
}
