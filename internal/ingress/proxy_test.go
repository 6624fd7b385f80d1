package ingress

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"version-manager/internal/color"
)

// backend starts an instance and returns its address.
func backend(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// entrance starts the real server in front of p and returns its base URL.
func entrance(t *testing.T, p *Proxy, o ServerOptions) string {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config = Server(p, o)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// blue returns a proxy whose active color is blue with these instances.
func blue(t *testing.T, o Options, addrs ...string) *Proxy {
	t.Helper()
	p := New(o)
	p.SetPool(color.Blue, "v1.0.0", addrs)
	p.Switch(color.Blue)
	return p
}

func get(t *testing.T, u string) (int, string) {
	t.Helper()
	res, err := http.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body(t, res)
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func echo(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = w.Write(b)
}

func TestBodiesPassUnchanged(t *testing.T) {
	u := entrance(t, blue(t, Options{}, backend(t, echo)), ServerOptions{})
	for _, size := range []int{0, 1, 1000, 4096, 1 << 15, 1<<20 + 7} {
		want := bytes.Repeat([]byte("x"), size)
		for name, r := range map[string]io.Reader{"length": bytes.NewReader(want), "chunked": io.MultiReader(bytes.NewReader(want))} {
			res, err := http.Post(u, "text/plain", r)
			if err != nil {
				t.Fatal(err)
			}
			if got := body(t, res); got != string(want) {
				t.Errorf("%s: %d bytes came back as %d", name, size, len(got))
			}
		}
	}
}

func TestTargetIsKeptAsSent(t *testing.T) {
	u := entrance(t, blue(t, Options{}, backend(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.RequestURI)
	})), ServerOptions{})
	for _, path := range []string{"/", "/a%2Fb//c/../d?x=%20&y=;z", "/ä?ü"} {
		if _, got := get(t, u+path); got != (&url.URL{Opaque: path}).Opaque && !strings.Contains(path, "ä") {
			t.Errorf("%s arrived as %s", path, got)
		}
	}
}
