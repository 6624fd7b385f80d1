package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// What an app that closes its connections costs. Some close right after an
// answer, and all close idle ones after a time that they do not tell.
const (
	closingRequests = 8000
	closingWorkers  = 8
	closeAfter      = 500 * time.Microsecond
	idleAfter       = 100 * time.Millisecond
)

// closing is how often requests failed behind one proxy.
type closing struct {
	proxy      string
	atOnce     int // of closingRequests
	idle, post int // of idleRequests each
}

const idleRequests = 800

// serveHasty is an app that closes each connection a moment after its answer,
// without a word in it that says so.
func serveHasty(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				time.Sleep(closeAfter) // what this app does
			}
		}()
	}
}

// serveImpatient is a plain server that gives an idle connection little time.
func serveImpatient(ctx context.Context) error {
	return serveUntil(ctx, &http.Server{IdleTimeout: idleAfter, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })})
}

// measureClosing puts each proxy but Caddy in front of both apps.
func measureClosing(ctx context.Context, all []rival) ([]closing, error) {
	dir, err := os.MkdirTemp("", "bench-ingress-closing-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var rows []closing
	for _, p := range all {
		if p.name == "caddy" {
			continue
		}
		if p.name == "haproxy" {
			p.start = startWithConfig("haproxy.cfg", haproxyRetrying, "haproxy", "-db", "-f")
		}
		row, err := closingBehind(ctx, p, filepath.Join(dir, p.name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// haproxyRetrying is HAProxy told to do what the others do by themselves.
func haproxyRetrying(addr, backend, dir string) string {
	const reuse = "  http-reuse always\n"
	return strings.Replace(haproxyConfig(addr, backend, dir), reuse, reuse+"  retry-on conn-failure empty-response\n", 1)
}

func closingBehind(ctx context.Context, p rival, dir string) (closing, error) {
	row := closing{proxy: p.name}
	atOnce := func(addr string) {
		row.atOnce = countFailures(ctx, http.MethodGet, addr, closingRequests, 0)
	}
	idle := func(addr string) {
		row.idle = countFailures(ctx, http.MethodGet, addr, idleRequests, idleAfter)
		row.post = countFailures(ctx, http.MethodPost, addr, idleRequests, idleAfter)
	}
	return row, errors.Join(withProxy(ctx, p, dir, "hasty", atOnce), withProxy(ctx, p, dir, "impatient", idle))
}

// withProxy runs do with the address of p in front of an app of that role.
func withProxy(ctx context.Context, p rival, dir, role string, do func(addr string)) error {
	dir = filepath.Join(dir, role)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	app, err := startChild(ctx, dir, "", self, "-role="+role)
	if err != nil {
		return err
	}
	defer app.stopChild()
	front, err := p.start(ctx, dir, app.addr)
	if err != nil {
		return err
	}
	defer front.stopChild()
	do(front.addr)
	return ctx.Err()
}

// countFailures sends n requests, with pauses of about that length before each, and
// counts what is not answered with 200.
func countFailures(ctx context.Context, method, addr string, n int, pause time.Duration) int {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: closingWorkers}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var left, failed atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	for range closingWorkers {
		wg.Go(func() {
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				if pause > 0 { // around the moment at which the app closes
					time.Sleep(pause*9/10 + rand.N(pause/5))
				}
				if err := fetchWith(ctx, client, method, "http://"+addr+"/"); err != nil {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return int(failed.Load())
}

// closingTable is printed below the other.
func closingTable(out io.Writer, rows []closing) {
	fmt.Fprintf(out, "\nfailed requests when the app closes connections: %s after each answer, of %d GETs; after %s without a request, of %d each\n\n",
		closeAfter, closingRequests, idleAfter, idleRequests)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "proxy\tafter each answer\twhen idle, GET\twhen idle, POST\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", r.proxy, r.atOnce, r.idle, r.post)
	}
	w.Flush()
}

// closingVerdict says what ours has lost.
func closingVerdict(rows []closing) error {
	for _, r := range rows {
		if r.proxy == "ours" && r.atOnce+r.idle+r.post > 0 {
			return fmt.Errorf("missed: behind an app that closes connections, %d, %d, and %d requests failed", r.atOnce, r.idle, r.post)
		}
	}
	return nil
}
