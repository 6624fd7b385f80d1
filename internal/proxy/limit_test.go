package proxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

// startDrowsyApp starts an app that pauses in the middle of each upload, and then
// answers with the number of bytes.
func startDrowsyApp(pause time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1)
		time.Sleep(pause) // what this app does
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, strconv.FormatInt(n+1, 10))
	}
}

// The limit is for the client. While the app pauses, flow control holds the
// client back, and no limit applies.
func TestAppMayPauseDuringUpload(t *testing.T) {
	p := newBlueProxy(t, Options{BodyTimeout: 150 * time.Millisecond, WriteTimeout: 150 * time.Millisecond},
		startBackend(t, startDrowsyApp(600*time.Millisecond)))
	u := startServer(t, p, httpserver.Options{})
	const size = 40 << 20 // more than all buffers between the client and the app
	for name, client := range bothProtocols() {
		for framing, sent := range map[string]io.Reader{
			"length":  bytes.NewReader(make([]byte, size)),
			"chunked": io.MultiReader(bytes.NewReader(make([]byte, size))),
		} {
			res, err := client.Post(u, "text/plain", sent)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, framing, err)
			}
			if got := readBody(t, res); res.StatusCode != http.StatusOK || got != strconv.Itoa(size) {
				t.Errorf("%s, %s: %d %q", name, framing, res.StatusCode, got)
			}
		}
	}
	waitUntil(t, "nothing in flight", func() bool { return p.InFlight(color.Blue) == 0 })
}

// The time for the response head begins when the app has the whole request.
func TestHeaderTimeoutBeginsAfterUpload(t *testing.T) {
	p := newBlueProxy(t, Options{HeaderTimeout: 150 * time.Millisecond}, startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/slow" {
			time.Sleep(600 * time.Millisecond) // what this app does
		}
	}))
	u := startServer(t, p, httpserver.Options{})
	for path, want := range map[string]int{"/": http.StatusOK, "/slow": http.StatusGatewayTimeout} {
		for name, client := range bothProtocols() {
			pr, pw := io.Pipe()
			go func() {
				for range 8 {
					time.Sleep(50 * time.Millisecond) // the pace of this client
					_, _ = pw.Write([]byte("x"))
				}
				pw.Close()
			}()
			res, err := client.Post(u+path, "text/plain", pr)
			if err != nil {
				t.Fatalf("%s%s: %v", name, path, err)
			}
			if res.Body.Close(); res.StatusCode != want {
				t.Errorf("%s %s: status %d, want %d", name, path, res.StatusCode, want)
			}
		}
	}
}

// An app may pause in a tunnel too.
func TestAppMayPauseInATunnel(t *testing.T) {
	const size = 16 << 20
	got := make(chan int64, 1)
	addr := startRaw(t, func(c net.Conn, br *bufio.Reader) {
		if _, err := http.ReadRequest(br); err != nil {
			return
		}
		sendText(t, c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n")
		time.Sleep(400 * time.Millisecond) // what this app does
		n, _ := io.Copy(io.Discard, br)
		got <- n
	})
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{WriteTimeout: 100 * time.Millisecond}, addr), httpserver.Options{}))
	sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n")
	if res := readResponse(t, br, "GET"); res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", res.StatusCode)
	}
	sendText(t, c, string(make([]byte, size)))
	_ = c.(*net.TCPConn).CloseWrite()
	if n := waittest.Receive(t, got); n != size {
		t.Errorf("%d bytes arrived, want %d", n, size)
	}
}
