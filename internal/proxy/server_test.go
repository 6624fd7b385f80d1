package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"version-manager/internal/proxy/httpserver"
)

func TestProtocols(t *testing.T) {
	p := newBlueProxy(t, Options{}, startBackend(t, requestHeaders))
	u := startServer(t, p, httpserver.Options{})
	for name, client := range bothProtocols() {
		res, err := client.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		if got := readBody(t, res); res.StatusCode != 200 || !strings.HasPrefix(res.Proto, name) || !strings.Contains(got, "X-Forwarded-Proto: http\r\n") {
			t.Errorf("%s: %s %d %q", name, res.Proto, res.StatusCode, got)
		}
	}
}

func TestTLSNegotiatesHTTP2(t *testing.T) {
	with := httptest.NewTLSServer(nil) // for its certificate
	defer with.Close()
	s := httptest.NewUnstartedServer(nil)
	s.Config = httpserver.NewServer(newBlueProxy(t, Options{}, startBackend(t, requestHeaders)), httpserver.Options{Certificates: with.TLS.Certificates})
	s.TLS = s.Config.TLSConfig
	go s.Config.ServeTLS(s.Listener, "", "")
	t.Cleanup(func() { s.Config.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(with.Certificate())
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		client := &http.Client{Transport: &http.Transport{
			ForceAttemptHTTP2: proto == "HTTP/2.0", TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}}}
		res, err := client.Get("https://" + s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if got := readBody(t, res); res.Proto != proto || !strings.Contains(got, "X-Forwarded-Proto: https\r\n") {
			t.Errorf("%s, want %s: %q", res.Proto, proto, got)
		}
	}
}

func TestSlowHeadIsCutOff(t *testing.T) {
	u := startServer(t, newBlueProxy(t, Options{}, startBackend(t, replyWith("hello"))), httpserver.Options{HeaderTimeout: 100 * time.Millisecond})
	c, br := dialRaw(t, u)
	sendText(t, c, "GET / HTTP/1.1\r\n")
	for i := range 1000 {
		if _, err := fmt.Fprintf(c, "X-%d: y\r\n", i); err != nil {
			break
		}
		time.Sleep(20 * time.Millisecond) // the pace of the attacker
		if i == 100 {
			t.Fatal("still open after 2 s")
		}
	}
	if _, err := io.ReadAll(br); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Error(err)
	}
}

func TestHugeHeadIsRefused(t *testing.T) {
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, startBackend(t, replyWith("hello"))), httpserver.Options{}))
	go io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nX: "+strings.Repeat("x", 2*64<<10)+"\r\n\r\n")
	if res := readResponse(t, br, "GET"); res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestIdleClientIsDisconnected(t *testing.T) {
	c, br := dialRaw(t, startServer(t, newBlueProxy(t, Options{}, startBackend(t, replyWith("hello"))), httpserver.Options{IdleTimeout: 50 * time.Millisecond}))
	sendText(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	readBody(t, readResponse(t, br, "GET"))
	if _, err := br.ReadByte(); err != io.EOF {
		t.Errorf("not closed: %v", err)
	}
}
