package upstream

import (
	"bufio"
	"net"
	"syscall"
	"time"
)

// readBufferSize is the size of the buffer of each connection, in bytes.
const readBufferSize = 4 << 10

// Conn is a connection to an instance. One request uses it at a time.
type Conn struct {
	net.Conn
	Reader *bufio.Reader

	Reused    bool          // it has carried a request before
	Answered  bool          // the instance has sent something since the last request
	IdleLimit time.Duration // how long it may be kept unused
	LastRead  time.Time     // when the instance last sent something
	IdleTime  time.Duration // how long it was unused before this request

	raw         syscall.RawConn
	checkSocket func(fd uintptr) bool // made once, so that isAlive allocates nothing
	dead        bool                  // what checkSocket found
}

// NewConn prepares an open connection for its first request.
func NewConn(nc net.Conn) *Conn {
	c := &Conn{Conn: nc, Reader: bufio.NewReaderSize(nc, readBufferSize)}
	if sc, ok := nc.(syscall.Conn); ok {
		c.raw, _ = sc.SyscallConn()
	}
	c.checkSocket = func(fd uintptr) bool { c.dead = !isQuietSocket(fd); return true }
	return c
}

// isAlive reports whether a kept connection is still open with nothing to read,
// without waiting. An instance that has closed its end, or that sends something
// unasked, must not get the next request.
func (c *Conn) isAlive() bool {
	return c.raw != nil && c.raw.Read(c.checkSocket) == nil && !c.dead
}
