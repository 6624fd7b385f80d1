package httpkit

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestChain(t *testing.T) {
	var order string
	mark := func(s string) Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { order += s; next.ServeHTTP(w, r) })
		}
	}
	get(Chain(http.NotFoundHandler(), mark("a"), mark("b")), "/")
	if order != "ab" {
		t.Errorf("order %q, want ab", order)
	}
}

func TestSecure(t *testing.T) {
	h := get(Secure(http.NotFoundHandler()), "/").Header()
	csp := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %s", want)
		}
	}
	if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers %v", h)
	}
}

func TestStatic(t *testing.T) {
	s, err := NewStatic(fstest.MapFS{"a.css": {Data: []byte("a{}")}, "b.js": {Data: []byte("b()")}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := s.URL("a.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, cache string
		status      int
	}{
		{address, "immutable", 200},
		{"/static/0123456789abcdef/a.css", "no-store", 200}, // the page of another version
		{"/static/0123456789abcdef/none.css", "", 404},
		{"/static/a.css", "", 404}, {"/static/x/y/a.css", "", 404}, {"/static/", "", 404},
	} {
		w := get(s, tt.path)
		if w.Code != tt.status || !strings.Contains(w.Header().Get("Cache-Control"), tt.cache) {
			t.Errorf("%s: %d, cache %q", tt.path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := get(s, address); w.Header().Get("Content-Type") != "text/css; charset=utf-8" || w.Body.String() != "a{}" {
		t.Errorf("served %q as %s", w.Body, w.Header().Get("Content-Type"))
	}
	if _, err := s.URL("none.css"); err == nil {
		t.Error("a file that does not exist has an address")
	}
	other, err := NewStatic(fstest.MapFS{"a.css": {Data: []byte("a{}")}, "b.js": {Data: []byte("c()")}})
	if err != nil {
		t.Fatal(err)
	}
	if changed, _ := other.URL("a.css"); changed == address {
		t.Error("another content has the same address")
	}
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ query, cookie, header, want string }{
		{"", "", "", "en"}, {"", "", "de-CH,fr;q=0.9", "de"}, {"", "", "fr, de;q=0.5, en;q=0.6", "en"},
		{"", "de", "en", "de"}, {"?lang=en", "de", "de", "en"}, {"?lang=xx", "yy", "DE", "de"},
		{"", "", "de;q=x, en;q=0", "en"}, {"", "", "*", "en"}, {"", "", "de;q=0", "en"}, {"", "", strings.Repeat("a,", 400) + "de", "en"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/"+tt.query, nil)
		r.Header.Set("Accept-Language", tt.header)
		if tt.cookie != "" {
			r.AddCookie(&http.Cookie{Name: LangCookie, Value: tt.cookie})
		}
		if got := Language(r, []string{"en", "de"}); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestRememberLanguage(t *testing.T) {
	w := httptest.NewRecorder()
	RememberLanguage(w, "de")
	c := w.Result().Cookies()[0]
	if c.Value != "de" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie %v", c)
	}
}

func TestTemplates(t *testing.T) {
	files := fstest.MapFS{
		"_layout.html": {Data: []byte(`<p>{{block "main" .}}{{end}}</p>`)},
		"one.html":     {Data: []byte(`{{define "main"}}{{.Name}}{{end}}`)},
	}
	pages, err := NewTemplates(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := pages.Render(w, 418, "one", struct{ Name string }{"<b>"}); err != nil || w.Code != 418 || w.Body.String() != "<p>&lt;b&gt;</p>" {
		t.Errorf("%d %q, %v", w.Code, w.Body, err)
	}
	w = httptest.NewRecorder()
	if err := pages.Render(w, 200, "one", struct{}{}); err == nil || w.Body.Len() > 0 {
		t.Errorf("a broken page wrote %q, %v", w.Body, err)
	}
	if pages.Render(w, 200, "two", nil) == nil {
		t.Error("a page that does not exist was rendered")
	}
}

func TestRecoverAndLog(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	failed := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "sorry", 500) }
	h := Chain(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }),
		AccessLog(log, func(*http.Request) bool { return true }), Recover(log, failed))
	if w := get(h, "/x?secret=1"); w.Code != 500 || !strings.Contains(w.Body.String(), "sorry") {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	line := out.String()
	if !strings.Contains(line, "boom") || !strings.Contains(line, "status=500") || strings.Contains(line, "secret") {
		t.Errorf("logged %s", line)
	}
}

func TestRecoverCutsBegunAnswers(t *testing.T) {
	h := Recover(slog.New(slog.DiscardHandler), func(http.ResponseWriter, *http.Request) { t.Error("a second answer") })(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "half")
			http.NewResponseController(w).Flush()
			panic("boom")
		}))
	s := httptest.NewServer(h)
	defer s.Close()
	response, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadAll(response.Body); err == nil {
		t.Error("the connection was not cut")
	}
}

func request(peer, host string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://"+host+"/", nil)
	r.RemoteAddr = peer
	r.Header["X-Forwarded-For"] = forwarded
	return r
}

func TestAddress(t *testing.T) {
	c := NewClients(append(Loopback(), netip.MustParsePrefix("10.0.0.0/8"))...)
	for _, tt := range []struct {
		r    *http.Request
		want string
	}{
		{request("192.0.2.1:5", "a"), "192.0.2.1"},
		{request("192.0.2.1:5", "a", "203.0.113.9"), "192.0.2.1"}, // not our proxy
		{request("127.0.0.1:5", "a", "203.0.113.9"), "203.0.113.9"},
		{request("10.1.1.1:5", "a", "198.51.100.1, 203.0.113.9", "10.2.2.2"), "203.0.113.9"}, // the first is hearsay
		{request("[::ffff:127.0.0.1]:5", "a"), "127.0.0.1"},
		{request("127.0.0.1:5", "a", "junk"), "invalid IP"},
	} {
		if got := c.Address(tt.r).String(); got != tt.want {
			t.Errorf("%s via %v: %s, want %s", tt.r.RemoteAddr, tt.r.Header["X-Forwarded-For"], got, tt.want)
		}
	}
}

func TestOnThisMachine(t *testing.T) {
	c := NewClients(Loopback()...)
	for _, tt := range []struct {
		r    *http.Request
		want bool
	}{
		{request("127.0.0.1:5", "localhost:8080"), true},
		{request("[::1]:5", "[::1]:8080"), true},
		{request("127.0.0.1:5", "127.0.0.1", "127.0.0.1"), true}, // through the ingress here
		{request("127.0.0.1:5", "preview.localhost"), true},
		{request("127.0.0.1:5", "localhost", "192.0.2.1"), false},
		{request("127.0.0.1:5", "localhost", "192.0.2.1, 127.0.0.1"), false}, // two proxies
		{request("127.0.0.1:5", "localhost", "junk"), false},
		{request("192.0.2.1:5", "localhost", "127.0.0.1"), false}, // a made-up header
		{request("127.0.0.1:5", "rebound.example"), false},
		{request("127.0.0.1:5", "192.0.2.7"), false},
	} {
		if got := c.OnThisMachine(tt.r); got != tt.want {
			t.Errorf("%s asking for %s via %v: %v", tt.r.RemoteAddr, tt.r.Host, tt.r.Header["X-Forwarded-For"], got)
		}
	}
}

func TestRate(t *testing.T) {
	rate, now := NewRate(2, time.Second), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i, tt := range []struct {
		who   netip.Addr
		after time.Duration
		ok    bool
	}{{a, 0, true}, {a, 0, true}, {a, 0, false}, {b, 0, true}, {a, 999 * time.Millisecond, false}, {a, time.Second, true}, {a, time.Second, false}, {a, time.Minute, true}} {
		wait, ok := rate.Allow(tt.who, now.Add(tt.after))
		if ok != tt.ok || ok != (wait == 0) {
			t.Errorf("step %d: %v, wait %v", i, ok, wait)
		}
	}
	if network(netip.MustParseAddr("2001:db8::1")) != network(netip.MustParseAddr("2001:db8::2")) {
		t.Error("neighbours in one IPv6 network count as two")
	}
}

func TestRateIsBounded(t *testing.T) {
	rate, now := NewRate(1, time.Hour), time.Now()
	for i := range 3 * maxClients / 2 {
		rate.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(rate.full) > maxClients {
		t.Errorf("%d clients are remembered", len(rate.full))
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("de-CH, en;q=0.8")
	f.Add(";;,q=,*;q=nan")
	f.Fuzz(func(t *testing.T, header string) {
		if got := accepted(header, []string{"en", "de"}); got != "en" && got != "de" {
			t.Errorf("%q: %q", header, got)
		}
	})
}
