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

func TestRemoteSettings(t *testing.T) {
	a := withKey(t)
	page := a.do(t, in("de", remote(get("/settings"))), 200)
	mustContain(t, page, "Ein Schlüssel ist hinterlegt.", "nur auf dem Rechner geändert")
	mustLack(t, page, "abcd", "<input", "/settings/delete")
	token := withKeyAndToken(t)
	mustContain(t, token.do(t, remote(get("/settings")), 200), "Administrator", `name="token"`)
	token.do(t, remote(post("/settings/delete", url.Values{"token": {"guess"}})), 403)
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
