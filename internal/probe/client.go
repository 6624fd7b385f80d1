package probe

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/wire"
)

// client keeps the idle connections to one address.
type client struct {
	dial    dialer
	host    string // the Host header
	secret  string // shown to the ingress
	keep    int    // how many connections the kept kind alternates between
	readers sync.Pool

	first sync.Once // answer, which settles whether the app knows the secret
	named bool

	mu   sync.Mutex
	idle []*conn // oldest first: all of them get used, none goes stale
	open int     // idle ones and those lent out
}

// kept is how many kept-alive connections a probe alternates between, as a
// handful of clients would.
const kept = 4

func newClient(dial dialer, host string) *client {
	return &client{dial: dial, host: host, secret: Anonymous, keep: kept,
		readers: sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}}
}

// head is the request up to its body, ready to be sent any number of times.
func (c *client) head(method, path string, body []byte) []byte {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: version-manager\r\nAccept: */*\r\n%s: %s\r\n", method, path, c.host, wire.HeaderProbe, c.secret)
	if method != "GET" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	return []byte(b.String())
}

// stray reports whether an answer came from something other than the app, which
// reports its color to a client that presents the secret. Instances that do not know the
// secret, because somebody replaced it, name nothing from the first answer on.
func (c *client) stray(from Source) bool {
	named := from.Color != color.None
	c.first.Do(func() { c.named = named && c.secret != Anonymous })
	return c.named && !named
}

// fresh opens a connection.
func (c *client) fresh(ctx context.Context, deadline time.Time) (*conn, error) {
	nc, err := c.dial(ctx, deadline)
	if err != nil {
		return nil, err
	}
	k := &conn{Conn: nc, in: c.readers.Get().(*bufio.Reader)}
	k.in.Reset(k)
	return k, nil
}

// borrow returns the connection that has been idle for longest, or a new one
// while there are few.
func (c *client) borrow(ctx context.Context, deadline time.Time) (*conn, error) {
	for {
		k := c.pop()
		if k == nil {
			break
		}
		if k.quiet() {
			return k, nil
		}
		c.discard(k)
	}
	k, err := c.fresh(ctx, deadline)
	if err == nil {
		c.mu.Lock()
		c.open++
		c.mu.Unlock()
	}
	return k, err
}

func (c *client) pop() *conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) == 0 || c.open < c.keep {
		return nil
	}
	k := c.idle[0]
	c.idle = append(c.idle[:0], c.idle[1:]...)
	return k
}

// giveBack takes a borrowed connection back that can be used again. What a
// burst has opened beyond the usual number is closed.
func (c *client) giveBack(k *conn) {
	c.mu.Lock()
	if c.open <= c.keep {
		c.idle = append(c.idle, k)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.discard(k)
}

// discard closes a borrowed connection.
func (c *client) discard(k *conn) {
	c.mu.Lock()
	c.open--
	c.mu.Unlock()
	c.close(k)
}

// close closes a fresh connection.
func (c *client) close(k *conn) {
	k.Close()
	k.in.Reset(nil)
	c.readers.Put(k.in)
}

// closeIdle ends the client.
func (c *client) closeIdle() {
	for c.keep = 0; ; {
		k := c.pop()
		if k == nil {
			return
		}
		c.discard(k)
	}
}
