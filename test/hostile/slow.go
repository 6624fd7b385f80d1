package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/proxy"
	"version-manager/internal/proxy/httpserver"
)

// slowTimeout is what each of the ingress's timeouts is in this chapter, and grace
// what a busy machine may add.
const (
	slowTimeout     = 2 * time.Second
	schedulingGrace = 8 * time.Second
)

// slowClientsPerKind is how many slow clients of a kind there are at a time.
const slowClientsPerKind = 20

// runSlowClients lets clients of all kinds take their time, all at once, while honest
// ones go on asking.
func runSlowClients(ctx context.Context, r *report) error {
	app := httptest.NewServer(http.HandlerFunc(slowApp))
	defer app.Close()
	l, err := serveLab(app.Listener.Addr().String(), proxy.Options{BodyTimeout: slowTimeout, WriteTimeout: slowTimeout}, httpserver.Options{HeaderTimeout: slowTimeout})
	if err != nil {
		return err
	}
	defer l.closeLab()
	tls, err := startEncryptedLab(app.Listener.Addr().String(), true, httpserver.Options{HeaderTimeout: slowTimeout})
	if err != nil {
		return err
	}
	defer tls.closeLab()
	closeAll, err := ignoreAnswers(l.addr)
	if err != nil {
		return err
	}
	defer closeAll()
	honest, stop := context.WithCancel(ctx)
	var served sync.WaitGroup
	served.Go(func() { r.checkCase("honest clients meanwhile", askSteadily(honest, r, l.addr)) })
	var wg sync.WaitGroup
	for name, try := range map[string]func() error{
		"nothing is sent":            func() error { return stallAfter(l.addr, "") },
		"nothing is sent, TLS":       func() error { return stallAfter(tls.addr, "") },
		"half a request line":        func() error { return stallAfter(l.addr, "GET / HT") },
		"half a head":                func() error { return stallAfter(l.addr, "GET / HTTP/1.1\r\nHost: a\r\nX-A: ") },
		"half a preface of HTTP/2":   func() error { return stallAfter(l.addr, "PRI * HTTP/2.0\r\n\r\nS") },
		"a head that drips":          func() error { return dripHeader(l.addr) },
		"half a body":                func() error { return halfBody(l.addr, "Content-Length: 9\r\n\r\nabc") },
		"half a chunk":               func() error { return halfBody(l.addr, "Transfer-Encoding: chunked\r\n\r\n9\r\nabc") },
		"an upload at a steady drip": func() error { return dripBody(l.addr) },
	} {
		for range slowClientsPerKind {
			wg.Go(func() { r.checkCase(name, try()) })
		}
	}
	for name, client := range newClients() {
		client.Timeout = time.Minute
		wg.Go(func() { r.checkCase("an app that pauses in an upload, "+name, pausingApp(client, l.addr)) })
	}
	wg.Wait()
	stop()
	served.Wait()
	r.checkCase("answers that nobody takes", waitUntil(func() bool { return l.proxy.InFlight(color.Blue) == 0 }))
	return nil
}

// slowApp counts a body, pauses in the middle of one, or talks without end.
func slowApp(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/endless":
		for piece := make([]byte, 1<<16); ; {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	case "/pause":
		_, _ = io.CopyN(io.Discard, r.Body, 1)
		time.Sleep(3 * slowTimeout) // what this app does
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strconv.FormatInt(n+1, 10))
	default:
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strconv.FormatInt(n, 10))
	}
}

// stallAfter sends something, and then waits to be thrown out.
func stallAfter(addr, said string) error {
	c, err := dialIngress(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, said); err != nil {
		return err
	}
	return thrownOut(c)
}

// thrownOut reads until the other end closes.
func thrownOut(c net.Conn) error {
	start := time.Now()
	_, err := io.Copy(io.Discard, c)
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return fmt.Errorf("still connected after %s", time.Since(start).Round(time.Second))
	}
	return nil
}

// dripHeader sends a head that never ends, one byte at a time.
func dripHeader(addr string) error {
	c, err := dialIngress(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	go func() {
		for _, b := range []byte("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + strings.Repeat("x", 1000)) {
			if _, err := c.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(slowTimeout / 10) // the pace of this client
		}
	}()
	return thrownOut(c)
}

// halfBody stops in the middle of a body.
func halfBody(addr, rest string) error {
	c, err := dialIngress(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\n"+rest); err != nil {
		return err
	}
	got, err := readStatuses(c, "POST ")
	if got != "408" {
		return fmt.Errorf("answered %q, %v; want 408", got, err)
	}
	return nil
}

// ignoreAnswers asks for answers without end and reads nothing. That the
// ingress gives them up shows in what is in flight while they are connected.
func ignoreAnswers(addr string) (closeAll func(), err error) {
	var all []net.Conn
	closeAll = func() {
		for _, c := range all {
			c.Close()
		}
	}
	for range slowClientsPerKind {
		c, err := dialIngress(addr)
		if err != nil {
			closeAll()
			return nil, err
		}
		all = append(all, c)
		if _, err := io.WriteString(c, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			closeAll()
			return nil, err
		}
	}
	return closeAll, nil
}

// dripBody takes longer than the limit, and is never silent for that long.
func dripBody(addr string) error {
	c, err := dialIngress(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	const size = 15
	_, err = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", size)
	for i := 0; i < size && err == nil; i++ {
		time.Sleep(slowTimeout / 10) // the pace of this client
		_, err = c.Write([]byte("x"))
	}
	if err != nil {
		return err
	}
	if got, err := readStatuses(c, "POST "); got != "200" {
		return fmt.Errorf("answered %q, %v; want 200", got, err)
	}
	return nil
}

// pausingApp uploads more than all buffers hold to an app that looks away.
func pausingApp(client *http.Client, addr string) error {
	const size = 20 << 20
	res, err := client.Post("http://"+addr+"/pause", "text/plain", strings.NewReader(strings.Repeat("x", size)))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || string(b) != strconv.Itoa(size) {
		return fmt.Errorf("status %d, %q, %v", res.StatusCode, b, err)
	}
	return nil
}

// askSteadily fails if an honest request does.
func askSteadily(ctx context.Context, r *report, addr string) error {
	var slowest time.Duration
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	n := 0
	for ; ctx.Err() == nil; n++ {
		start := time.Now()
		res, err := client.Get("http://" + addr + "/")
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("request %d: status %d", n, res.StatusCode)
		}
		slowest = max(slowest, time.Since(start))
		time.Sleep(5 * time.Millisecond) // the pace of this client
	}
	r.addNote("%d honest requests meanwhile, the slowest took %s", n, slowest.Round(time.Millisecond))
	return nil
}
