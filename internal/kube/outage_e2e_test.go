//go:build e2e

package kube

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"version-manager/internal/kit/waittest"
)

// line is a proxy in front of the API server that can be cut.
type line struct {
	t       *testing.T
	address string // of the proxy
	server  string

	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
}

func (l *line) up() {
	l.t.Helper()
	listener, err := net.Listen("tcp", l.address)
	if err != nil {
		l.t.Fatal(err)
	}
	l.mu.Lock()
	l.listener, l.address = listener, listener.Addr().String()
	l.mu.Unlock()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(conn)
		}
	}()
}

func (l *line) carry(conn net.Conn) {
	far, err := net.Dial("tcp", l.server)
	if err != nil {
		conn.Close()
		return
	}
	l.mu.Lock()
	l.open = append(l.open, conn, far)
	l.mu.Unlock()
	go func() {
		io.Copy(far, conn)
		far.Close()
	}()
	io.Copy(conn, far)
	conn.Close()
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener.Close()
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}

// through opens the cluster of $KUBECONFIG through a line.
func through(t *testing.T, namespace string) (*Client, *line) {
	t.Helper()
	a, err := loadConfig(Options{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	server, err := url.Parse(a.config.Host)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, address: "127.0.0.1:0", server: server.Host}
	l.up()
	a.config = rest.CopyConfig(a.config)
	a.config.Host, a.config.ServerName = "https://"+l.address, server.Hostname()
	c, err := connectClient(a)
	if err != nil {
		t.Fatal(err)
	}
	return c, l
}

// While the line is cut again and again, a counter is counted up. Where an
// answer was lost, the object tells whether the write was carried out: no
// number may be missing, and none may come twice.
func TestRealOutage(t *testing.T) {
	const last, cuts = 300, 5
	c, l := through(t, real(t).DefaultNamespace())
	defer func() { l.cut() }()
	o := object("counter", "")
	for _, field := range []string{"uid", "namespace", "resourceVersion"} {
		delete(o.Object["metadata"].(map[string]any), field)
	}
	current, err := c.CreateObject(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range cuts {
			time.Sleep(300 * time.Millisecond)
			l.cut()
			time.Sleep(700 * time.Millisecond)
			l.up()
		}
	}()
	lost, watches := 0, 0
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for n := ""; n != fmt.Sprint(last); watches++ {
			err := c.WatchObjects(t.Context(), ref("counter"), "", func(e Event) error {
				if e.Object != nil {
					n = count(e.Object)
				}
				if n == fmt.Sprint(last) {
					return errEnough
				}
				return nil
			})
			if t.Context().Err() != nil || err == nil {
				return
			}
		}
	}()
	for i := 1; i <= last; i++ {
		next := current.DeepCopy()
		next.Object["data"] = map[string]any{"n": fmt.Sprint(i)}
		written, err := c.UpdateObject(t.Context(), next)
		if IsConflict(err) { // with itself: nobody else writes
			lost++
			if written, err = c.GetObject(t.Context(), ref("counter")); err == nil && count(written) != fmt.Sprint(i) {
				t.Fatalf("the counter is at %s, not %d", count(written), i)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		current = written
		time.Sleep(10 * time.Millisecond)
	}
	waittest.Receive(t, done)
	select {
	case <-finished:
	case <-time.After(20 * time.Second):
		t.Error("the watch did not see the end")
	}
	t.Logf("%d of %d writes met a conflict with themselves, %d watches", lost, last, watches)
}

func count(o *Object) string {
	data, _ := o.Object["data"].(map[string]any)
	return strings.TrimSpace(fmt.Sprint(data["n"]))
}
