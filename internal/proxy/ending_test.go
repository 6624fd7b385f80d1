package proxy

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"
	"version-manager/internal/proxy/httpserver"
)

// A client keeps its connection until the server ends, gets one more answer on
// it, and then opens another one. HTTP/2 has a frame of its own for that, and a
// fast client may get another answer before the frame arrives.
func TestEnding(t *testing.T) {
	for name, protocols := range map[string]func(*http.Protocols){
		"HTTP/1": func(p *http.Protocols) { p.SetHTTP1(true) },
		"HTTP/2": func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
	} {
		for what, pool := range map[string][]string{"an answer": {startBackend(t, func(http.ResponseWriter, *http.Request) {})}, "a page": nil} {
			t.Run(name+" "+what, func(t *testing.T) {
				ending := new(atomic.Bool)
				url := startServer(t, newBlueProxy(t, Options{}, pool...), httpserver.Options{Ending: ending})
				transport := &http.Transport{Protocols: new(http.Protocols)}
				protocols(transport.Protocols)
				t.Cleanup(transport.CloseIdleConnections)

				ask := func() (reused bool) {
					t.Helper()
					trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
					req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodPost, url, nil)
					if err != nil {
						t.Fatal(err)
					}
					res, err := transport.RoundTrip(req)
					if err != nil {
						t.Fatal(err)
					}
					if want := map[bool]int{true: http.StatusServiceUnavailable, false: http.StatusOK}[len(pool) == 0]; res.StatusCode != want {
						t.Errorf("status %d, want %d", res.StatusCode, want)
					}
					if _, err := io.Copy(io.Discard, res.Body); err != nil {
						t.Error(err)
					}
					res.Body.Close()
					return reused
				}
				if ask() || !ask() {
					t.Error("the connection was not kept")
				}
				ending.Store(true)
				if !ask() {
					t.Error("the connection was closed before it was used once more")
				}
				for deadline := time.Now().Add(5 * time.Second); ask(); {
					if transport.Protocols.HTTP1() || time.Now().After(deadline) {
						t.Fatal("the connection was kept")
					}
				}
			})
		}
	}
}
