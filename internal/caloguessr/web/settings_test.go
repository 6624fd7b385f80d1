package web

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/caloguessr/keys"
)

func remote(r *http.Request) *http.Request {
	r.RemoteAddr = "192.0.2.1:4711"
	return r
}

func TestKeyLifecycle(t *testing.T) {
	a := newApp(t)
	mustContain(t, a.do(t, get("/settings"), 200), "No key is set", "Save key", `type="password"`)
	a.do(t, post("/settings/key", url.Values{"key": {" " + geminitest.Key + "\n"}}), 303)
	mustContain(t, a.do(t, get("/settings?done=saved"), 200), "The key was saved", "ending in …abcd", "Replace key", "Test key", "Delete key")
	mustContain(t, a.do(t, post("/settings/test", nil), 200), "The key works", "gemini-3.5-flash-lite")
	a.do(t, post("/settings/key", url.Values{"key": {"another-key-0123456789-wxyz"}}), 303)
	mustContain(t, a.do(t, in("de", post("/settings/test", nil)), 502), "akzeptiert den Gemini-Schlüssel nicht", "…wxyz")
	a.do(t, post("/settings/delete", nil), 303)
	mustContain(t, a.do(t, get("/settings?done=deleted"), 200), "The key was deleted", "No key is set")
	mustContain(t, a.do(t, post("/settings/test", nil), 422), "no Gemini key is set")
	mustContain(t, a.do(t, post("/settings/key", url.Values{"key": {"<b>"}}), 422), "not a valid key")
}

// TestKeyNeverLeaks: the key must not be in any answer, log line, or file.
func TestKeyNeverLeaks(t *testing.T) {
	const marker = "MARKERMARKERMARKER-5309-tail"
	a := newApp(t)
	var seen strings.Builder
	for _, r := range []*http.Request{
		post("/settings/key", url.Values{"key": {marker}}), get("/settings"), get("/settings?done=saved"), get("/"),
		post("/settings/test", nil), sendPhoto(lunch(t)), get("/metrics"), get("/version"),
		post("/settings/key?key="+marker, url.Values{"key": {marker}}), post("/settings/key", url.Values{"key": {marker + " "}, "x": {marker}}),
		post("/settings/key", url.Values{"key": {marker + "!"}}), post("/meal", url.Values{"key": {marker}}), get("/nope"),
		remote(post("/settings/key", url.Values{"key": {marker}})),
	} {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		result := w.Result()
		body, err := io.ReadAll(result.Body)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(body)
		if err := result.Header.Write(&seen); err != nil {
			t.Fatal(err)
		}
	}
	if k, err := a.keys.CurrentKey(); err != nil || k.RevealKey() != marker {
		t.Fatalf("the marker is not the key: %v, %v", k, err)
	}
	seen.WriteString(a.log.String())
	err := filepath.WalkDir(a.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		seen.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{marker, marker[:12]} {
		if strings.Contains(seen.String(), part) {
			t.Errorf("%q has leaked", part)
		}
	}
	if !strings.Contains(seen.String(), "…tail") {
		t.Error("the last four characters are not shown, so the test looks in the wrong place")
	}
}

func TestKeyPermissions(t *testing.T) {
	const token = "a-token-of-the-operator"
	form := url.Values{"key": {geminitest.Key}}
	withToken := url.Values{"key": {geminitest.Key}, "token": {token}}
	forwarded := func(from string) *http.Request {
		r := post("/settings/key", form)
		r.Header.Set("X-Forwarded-For", from)
		return r
	}
	rebound := post("/settings/key", form)
	rebound.Host = "evil.example"
	for _, tt := range []struct {
		name, token string
		r           *http.Request
		status      int
	}{
		{"here", "", post("/settings/key", form), 303},
		{"here, through the ingress", "", forwarded("127.0.0.1"), 303},
		{"elsewhere, through the ingress", "", forwarded("192.0.2.1"), 403},
		{"elsewhere", "", remote(post("/settings/key", form)), 403},
		{"here, by a rebound name", "", rebound, 403},
		{"elsewhere, with a token nobody asked for", "", remote(post("/settings/key", withToken)), 403},
		{"elsewhere, with the token", token, remote(post("/settings/key", withToken)), 303},
		{"here, without the token", token, post("/settings/key", form), 403},
		{"elsewhere, with the token in a header", token, bearer(remote(post("/settings/key", form)), token), 303},
		{"elsewhere, with a wrong token in a header", token, bearer(remote(post("/settings/key", form)), token+"x"), 403},
		{"elsewhere, with the token in the address", token, remote(post("/settings/key?token="+token, form)), 403},
		{"elsewhere, with an empty token", "", bearer(remote(post("/settings/key", form)), ""), 403},
		{"through a proxy that the ingress saw", "", forwarded("unknown"), 403},
		{"through a proxy that the ingress passed over", "", withHeader(forwarded("127.0.0.1"), "Via", "1.1 nginx"), 403},
		{"from a page at another name", "", withHeader(withHeader(forwarded("127.0.0.1"), "Origin", "https://shop.example"), "Sec-Fetch-Site", "same-origin"), 403},
		{"from a page elsewhere", "", withHeader(post("/settings/key", form), "Sec-Fetch-Site", "cross-site"), 403},
	} {
		a := newApp(t, func(o *Options) { o.AdminToken = tt.token })
		a.do(t, tt.r, tt.status)
		if _, err := a.keys.CurrentKey(); (err == nil) != (tt.status == 303) {
			t.Errorf("%s: the key is set: %v", tt.name, err == nil)
		}
	}
}

func bearer(r *http.Request, token string) *http.Request {
	return withHeader(r, "Authorization", "Bearer "+token)
}

func withHeader(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

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

func TestRemoteSettings(t *testing.T) {
	a := withKey(t)
	page := a.do(t, in("de", remote(get("/settings"))), 200)
	mustContain(t, page, "Ein Schlüssel ist hinterlegt.", "nur auf dem Rechner geändert")
	mustLack(t, page, "abcd", "<input", "/settings/delete")
	token := withKeyAndToken(t)
	mustContain(t, token.do(t, remote(get("/settings")), 200), "Administrator", `name="token"`)
	token.do(t, remote(post("/settings/delete", url.Values{"token": {"guess"}})), 403)
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

func TestFixedKey(t *testing.T) {
	fixed, err := keys.OpenStore("", geminitest.Key)
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, func(o *Options) { o.Keys = fixed })
	page := a.do(t, get("/settings"), 200)
	mustContain(t, page, "in the environment", "Test key")
	mustLack(t, page, "abcd", "Delete key", "Save key")
	a.do(t, post("/settings/delete", nil), 409)
	a.do(t, sendPhoto(lunch(t)), 200)
}

func TestNoFolder(t *testing.T) {
	none, err := keys.OpenStore("", "")
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, func(o *Options) { o.Keys = none })
	mustContain(t, a.do(t, get("/settings"), 200), "DATA_DIR")
}

func TestBrokenKey(t *testing.T) {
	a := withKey(t)
	if err := os.WriteFile(filepath.Join(a.folder, "gemini.sealed"), []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustContain(t, a.do(t, get("/settings"), 200), "cannot be read", "Replace key")
	mustContain(t, a.do(t, get("/"), 200), "cannot be read")
}
