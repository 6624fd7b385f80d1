package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
)

// TestPublicServerRequiresToken: a server that listens on the network trusts no request
// that seems to come from this machine.
func TestPublicServerRequiresToken(t *testing.T) {
	a := newApp(t, func(o *Options) { o.LocalAdmin = false })
	a.do(t, post("/settings/key", url.Values{"key": {geminitest.Key}}), 403)
	mustContain(t, a.do(t, get("/settings"), 200), "CALOGUESSR_ADMIN_TOKEN")
}

func TestSignIn(t *testing.T) {
	a := withKeyAndToken(t)
	login := func(token string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, withHeader(remote(post("/settings/login", url.Values{"token": {token}})), "X-Forwarded-Proto", "https"))
		return w
	}
	if w := login("guess"); w.Code != 403 || len(w.Result().Cookies()) > 0 || !strings.Contains(w.Body.String(), "This token is wrong") {
		t.Errorf("a wrong token: status %d, cookies %v", w.Code, w.Result().Cookies())
	}
	w := login("a-token-of-the-operator")
	cookies := w.Result().Cookies()
	if w.Code != 303 || len(cookies) != 1 {
		t.Fatalf("the token: status %d, cookies %v", w.Code, cookies)
	}
	c := cookies[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.Path != "/settings" || strings.Contains(c.String(), "operator") {
		t.Errorf("cookie %v", c)
	}
	signedIn := func(r *http.Request) *http.Request { r.AddCookie(c); return remote(r) }
	mustContain(t, a.do(t, signedIn(get("/settings")), 200), "You are signed in", "Sign out", `action="/settings/key"`)
	a.do(t, signedIn(post("/settings/key", url.Values{"key": {geminitest.Key}})), 303)
	for range keyAccessBurst {
		login("guess")
	}
	a.do(t, signedIn(post("/settings/delete", nil)), 303) // wrong attempts of others do not matter
	out := httptest.NewRecorder()
	a.ServeHTTP(out, signedIn(post("/settings/logout", nil)))
	if gone := out.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Path != c.Path {
		t.Errorf("signing out leaves %v", gone)
	}
}

func TestCookieCannotBeForged(t *testing.T) {
	a, other, now := administrator{"a-token-of-the-operator"}, administrator{"another-token-of-them"}, time.Now()
	cookie := func(by administrator, at time.Time, change func(string) string) *http.Request {
		w, r := httptest.NewRecorder(), get("/settings")
		by.setCookie(w, r, at)
		c := w.Result().Cookies()[0]
		c.Value = change(c.Value)
		r.AddCookie(c)
		return r
	}
	same := func(v string) string { return v }
	for _, tt := range []struct {
		name string
		r    *http.Request
		want bool
	}{
		{"fresh", cookie(a, now, same), true},
		{"just before its end", cookie(a, now.Add(-adminCookieLifetime+2*time.Second), same), true},
		{"at its end", cookie(a, now.Add(-adminCookieLifetime), same), false},
		{"of another token", cookie(other, now, same), false},
		{"of no token", cookie(administrator{}, now, same), false},
		{"later end", cookie(a, now, func(v string) string { return "B" + v[1:] }), false},
		{"cut", cookie(a, now, func(v string) string { return v[:len(v)-2] }), false},
		{"empty", cookie(a, now, func(string) string { return "" }), false},
	} {
		if got := a.isSignedIn(tt.r, now); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
		if (administrator{}).isSignedIn(tt.r, now) {
			t.Errorf("%s: signed in without a token", tt.name)
		}
	}
}

func FuzzCookie(f *testing.F) {
	a := administrator{"a-token-of-the-operator"}
	f.Add("AAAA", "Bearer x")
	f.Add("", "bearer  a-token")
	f.Fuzz(func(t *testing.T, value, authorization string) {
		r := get("/settings")
		r.Header.Set("Cookie", adminCookie+"="+value)
		r.Header.Set("Authorization", authorization)
		if a.isSignedIn(r, time.Now()) || a.hasBearer(r) && !strings.Contains(authorization, a.token) {
			t.Errorf("cookie %q and header %q are accepted", value, authorization)
		}
	})
}

func withKeyAndToken(t *testing.T) *app {
	t.Helper()
	return newApp(t, func(o *Options) { o.AdminToken = "a-token-of-the-operator" })
}

func TestTokenAttemptsAreLimited(t *testing.T) {
	a := withKeyAndToken(t)
	for range keyAccessBurst {
		a.do(t, remote(post("/settings/delete", url.Values{"token": {"guess"}})), 403)
	}
	a.do(t, remote(post("/settings/delete", url.Values{"token": {"a-token-of-the-operator"}})), 429)
}
