package kube

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"k8s.io/streaming/pkg/httpstream"
)

// podConn is a connection into a pod. A pipe stands between its user and the
// tunnel, because streams of a tunnel know no deadlines.
type podConn struct {
	net.Conn // our end of the pipe
	to       addr
	release  func()

	mu     sync.Mutex
	reason error // why the pod's side ended
}

// addr is the address of a port inside a pod.
type addr struct {
	pod  string
	port int
}

func (a addr) Network() string { return "pod" }
func (a addr) String() string  { return net.JoinHostPort(a.pod, strconv.Itoa(a.port)) }

func newPodConn(to addr, tunnel httpstream.Connection, data httpstream.Stream, complaints io.Reader) *podConn {
	ours, theirs := net.Pipe()
	c := &podConn{Conn: ours, to: to}
	c.release = sync.OnceFunc(func() {
		data.Reset()
		tunnel.Close()
	})
	go func() {
		io.Copy(data, theirs)
		data.Close() // the pod may still answer
	}()
	go func() {
		io.Copy(theirs, data)
		c.withReason(complaints)
		theirs.Close()
		c.release()
	}()
	return c
}

// withReason notes why the pod's side is over. The node closes both streams, so the
// wait is for a node that went away in between.
func (c *podConn) withReason(complaints io.Reader) {
	said := make(chan string, 1)
	go func() { said <- readComplaint(complaints) }()
	select {
	case s := <-said:
		if s != "" {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.reason = fmt.Errorf("connection to %v: %s", c.to, s)
		}
	case <-time.After(time.Second):
	}
}

// Read tells, at the end, why it is the end.
func (c *podConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if errors.Is(err, io.EOF) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.reason != nil {
			return n, c.reason
		}
	}
	return n, err
}

// Close ends the connection and the tunnel.
func (c *podConn) Close() error {
	err := c.Conn.Close()
	c.release()
	return err
}

func (c *podConn) RemoteAddr() net.Addr { return c.to }
