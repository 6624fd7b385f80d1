// Package ingresstest has an instance for tests that takes nothing on trust:
// it keeps the bytes of each connection, reads them by the letter of RFC 9112,
// and calls everything a fault that two readers could understand in two ways.
// What a proxy lets through to it is therefore what it lets through to an app
// of any make.
package proxytest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// Request is a request as it arrived.
type Request struct {
	Method, Target string
	Fields         []Field
	Body           string
	Trailers       []Field
}

// Field is a header line or a trailer.
type Field struct{ Name, Value string }

// FieldValues returns the values of all fields with that name.
func (r Request) FieldValues(name string) []string {
	var values []string
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// String is the request in short: method, target, host, and the body if there
// is one.
func (r Request) String() string {
	s := r.Method + " " + r.Target + " " + strings.Join(r.FieldValues("Host"), ",")
	if r.Body != "" {
		s += " (" + r.Body + ")"
	}
	return s
}

// Upstream is the instance. It answers each complete request with 200 and a
// body of "ok".
type Upstream struct {
	l net.Listener

	mu       sync.Mutex
	requests []Request
	faults   []error
	open     map[net.Conn]*bytes.Buffer
}

// StartUpstream listens on a free loopback port.
func StartUpstream() (*Upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u := &Upstream{l: l, open: map[net.Conn]*bytes.Buffer{}}
	go u.acceptConns()
	return u, nil
}

// Addr is where it listens.
func (u *Upstream) Addr() string { return u.l.Addr().String() }

// Close ends the listener and all connections.
func (u *Upstream) Close() {
	u.l.Close()
	u.mu.Lock()
	defer u.mu.Unlock()
	for c := range u.open {
		c.Close()
	}
}

// TakeRequests returns the complete requests that have arrived since it was last
// called, and everything that was wrong with what arrived.
func (u *Upstream) TakeRequests() ([]Request, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	requests, fault := u.requests, errors.Join(u.faults...)
	u.requests, u.faults = nil, nil
	return requests, fault
}

func (u *Upstream) acceptConns() {
	for {
		c, err := u.l.Accept()
		if err != nil {
			return
		}
		raw := new(bytes.Buffer)
		u.mu.Lock()
		u.open[c] = raw
		u.mu.Unlock()
		go u.serveConn(c, raw)
	}
}

// serveConn reads requests until the connection ends. One that ends in the middle
// was never passed on as complete, which is no fault.
func (u *Upstream) serveConn(c net.Conn, raw *bytes.Buffer) {
	defer func() {
		c.Close()
		u.mu.Lock()
		delete(u.open, c)
		u.mu.Unlock()
	}()
	br := bufio.NewReader(io.TeeReader(c, raw))
	for {
		r, err := ReadRequest(br)
		var fault *Fault
		if errors.As(err, &fault) {
			u.recordRequest(nil, fmt.Errorf("%w in %.2000q", err, raw.Bytes()))
		}
		if err != nil {
			return
		}
		u.recordRequest(&r, nil)
		answer := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
		if r.Method == "HEAD" {
			answer = strings.TrimSuffix(answer, "ok")
		}
		if _, err := io.WriteString(c, answer); err != nil {
			return
		}
	}
}

func (u *Upstream) recordRequest(r *Request, fault error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if r != nil {
		u.requests = append(u.requests, *r)
	}
	if fault != nil {
		u.faults = append(u.faults, fault)
	}
}
