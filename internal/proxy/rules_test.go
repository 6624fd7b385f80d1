package proxy

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/httpserver"
)

// TestHSTS: the header is sent only over TLS, with every answer, and the app's
// own header wins.
func TestHSTS(t *testing.T) {
	addr := startBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/own" {
			w.Header().Set("Strict-Transport-Security", "max-age=1; preload")
		}
	})
	p := newBlueProxy(t, Options{Rules: Rules{HSTS: 36 * time.Hour}}, addr)
	with := httptest.NewTLSServer(nil) // for its certificate
	defer with.Close()
	s := httptest.NewUnstartedServer(nil)
	s.Config = httpserver.NewServer(p, httpserver.Options{Certificates: with.TLS.Certificates})
	go s.Config.ServeTLS(s.Listener, "", "")
	t.Cleanup(func() { s.Config.Close() })
	secure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	said := func(client *http.Client, url string) string {
		res, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.Header.Get("Strict-Transport-Security")
	}
	base := "https://" + s.Listener.Addr().String()
	if got := said(secure, base); got != "max-age=129600" {
		t.Errorf("over TLS: %q", got)
	}
	if got := said(secure, base+"/own"); got != "max-age=1; preload" {
		t.Errorf("the app's own: %q", got)
	}
	if got := said(waittest.Client(t, nil), startServer(t, p, httpserver.Options{})); got != "" {
		t.Errorf("without TLS: %q", got)
	}
	p.SetPool(p.ActiveColor(), "", nil)
	if got := said(secure, base); got != "max-age=129600" {
		t.Errorf("on a page of the ingress: %q", got)
	}
	p.SetRules(Rules{})
	if got := said(secure, base); got != "" {
		t.Errorf("without the rule: %q", got)
	}
}
