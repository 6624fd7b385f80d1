package sidecar

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestEndUnderLoad plays the end of a pod: proxies with pools of connections
// send requests that must not be sent twice and learn late that the pod ends. The
// app dies at its first signal. No request may be lost.
func TestEndUnderLoad(t *testing.T) {
	app, kill := startApp(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(5 * time.Millisecond) // work
		_, _ = io.Copy(w, r.Body)
	})
	p := startPod(t, app)
	var heard atomic.Bool
	var sent, closed atomic.Int64
	var proxies sync.WaitGroup
	for range 8 {
		proxies.Go(func() {
			pool := &http.Transport{MaxIdleConnsPerHost: 100}
			defer pool.CloseIdleConnections()
			for !heard.Load() {
				res, err := postAdmin(pool, p.traffic)
				if err != nil {
					t.Error(err)
					return
				}
				sent.Add(1)
				if res.Close {
					closed.Add(1)
				}
			}
		})
	}
	waitUntil(t, "load", func() bool { return sent.Load() > 200 })
	late := time.AfterFunc(200*time.Millisecond, func() { heard.Store(true) })
	defer late.Stop()
	if status, body := getPage(t, p.office+"/drained?sleep=1s&limit=5s"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	kill()
	proxies.Wait()
	p.stopPod(t)
	if closed.Load() < 20 {
		t.Errorf("of %d answers only %d ended their connection", sent.Load(), closed.Load())
	}
}

// postAdmin sends a request that a pool never repeats by itself.
func postAdmin(pool *http.Transport, url string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("order"))
	if err != nil {
		return nil, err
	}
	res, err := pool.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK || string(b) != "order" {
		return nil, fmt.Errorf("%s %q: %v", res.Status, b, err)
	}
	return res, nil
}

// TestIdleConnectionsStay: a proxy may be sending into a connection that looks
// idle from here, so it stays open while the pod drains.
func TestIdleConnectionsStay(t *testing.T) {
	app, _ := startApp(t, func(http.ResponseWriter, *http.Request) {})
	p := startPod(t, app)
	c, err := net.Dial("tcp", strings.TrimPrefix(p.traffic, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	br := bufio.NewReader(c)
	ask := func() *http.Response {
		if _, err := io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if ask().Close {
		t.Error("a connection was ended for no reason")
	}
	drained := make(chan struct{})
	go func() { p.drainTraffic(t.Context(), 100*time.Millisecond, time.Minute, p.isGoodbyeDue); close(drained) }()
	waitUntil(t, "draining", func() bool { return p.draining.Load() > 0 })
	if res := ask(); !res.Close {
		t.Error("an answer in a draining pod lets another request follow")
	}
	if _, err := br.ReadByte(); err != io.EOF {
		t.Errorf("the connection was not ended in order: %v", err)
	}
	waittest.Receive(t, drained)
	if p.draining.Load() != 0 {
		t.Error("drains forever: an app that is only started again would lose its connections")
	}
}

func TestDrainedWaits(t *testing.T) {
	release := make(chan struct{})
	app, _ := startApp(t, func(w http.ResponseWriter, _ *http.Request) { <-release })
	p := startPod(t, app)
	got := make(chan int, 1)
	go func() {
		status, _ := getPage(t, p.traffic)
		got <- status
	}()
	waitUntil(t, "in flight", func() bool { return p.readCounts(t).InFlight == 1 })
	if status, _ := getPage(t, p.office+"/drained?sleep=0s&limit=100ms"); status != http.StatusOK || p.readCounts(t).InFlight != 1 {
		t.Errorf("%d: at its limit the request was cut", status)
	}
	drained := make(chan struct{})
	go func() { getPage(t, p.office+"/drained?sleep=0s&limit=1m"); close(drained) }()
	waitUntil(t, "draining", func() bool { return p.draining.Load() == 1 })
	select {
	case <-drained:
		t.Error("drained with a request in flight")
	case <-time.After(150 * time.Millisecond): // three times the quiet time
	}
	close(release)
	if status := waittest.Receive(t, got); status != http.StatusOK {
		t.Errorf("the request that was waited for got %d", status)
	}
	waittest.Receive(t, drained)
}

// TestEndWaits: a sidecar that is told to end finishes the requests in flight.
func TestEndWaits(t *testing.T) {
	release := make(chan struct{})
	app, _ := startApp(t, func(w http.ResponseWriter, _ *http.Request) { <-release })
	p := startPod(t, app)
	got := make(chan int, 1)
	go func() {
		status, _ := getPage(t, p.traffic)
		got <- status
	}()
	waitUntil(t, "in flight", func() bool { return p.readCounts(t).InFlight == 1 })
	p.end()
	waitUntil(t, "draining", func() bool { return p.draining.Load() == 1 })
	close(release)
	if status := waittest.Receive(t, got); status != http.StatusOK {
		t.Errorf("got %d", status)
	}
	p.stopPod(t)
}
