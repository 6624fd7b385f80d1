package web

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"version-manager/internal/caloguessr/estimate"
	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/caloguessr/i18n"
	"version-manager/internal/caloguessr/keys"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
	"version-manager/internal/caloguessr/upload"
	"version-manager/internal/kit/httpkit"
)

// app is a server with a fake Gemini. Requests go to it without a network.
type app struct {
	*Server
	uploads *upload.Receiver
	gemini  *geminitest.Server
	keys    *keys.Store
	folder  string
	log     *syncBuffer
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

func newApp(t *testing.T, change ...func(*Options)) *app {
	t.Helper()
	a := &app{gemini: geminitest.StartServer(t), folder: t.TempDir(), log: &syncBuffer{}}
	table, err := nutrition.LoadTable()
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.LoadPrinters()
	if err != nil {
		t.Fatal(err)
	}
	if a.keys, err = keys.OpenStore(a.folder, ""); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Build: Build{Version: "v1.2.3", Color: "blue", Instance: "blue-1"}, Table: table, Words: words, Keys: a.keys,
		Uploads: upload.NewReceiver(upload.DefaultLimits(64 << 20)),
		Intake:  photo.NewIntake(photo.Limits{Parallel: 2, Memory: 512 << 20}), Model: geminitest.Model, Clients: httpkit.NewClients(true, httpkit.Loopback()...), LocalAdmin: true,
		Log: slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	g := estimate.NewGemini(table, func() (string, error) {
		k, err := o.Keys.CurrentKey()
		if err != nil {
			return "", &estimate.Error{Reason: estimate.NoKey, Err: err}
		}
		return k.RevealKey(), nil
	}, o.Model, a.gemini.URL)
	o.Checker = g
	if o.Estimator == nil {
		o.Estimator = estimate.NewCache(g, o.Model, 8)
	}
	a.uploads = o.Uploads
	if a.Server, err = NewServer(o); err != nil {
		t.Fatal(err)
	}
	return a
}

// withKey returns an app with a key.
func withKey(t *testing.T, change ...func(*Options)) *app {
	t.Helper()
	a := newApp(t, change...)
	a.do(t, post("/settings/key", url.Values{"key": {geminitest.Key}}), http.StatusSeeOther)
	return a
}

func (a *app) do(t *testing.T, r *http.Request, want int) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Code != want {
		t.Errorf("%s %s: status %d, want %d: %s", r.Method, r.URL, w.Code, want, text(w.Body.String()))
	}
	return w.Body.String()
}

func get(path string) *http.Request { return local(httptest.NewRequest(http.MethodGet, path, nil)) }

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return local(r)
}

// sendPhoto returns a form with a photo, as a browser sends it.
func sendPhoto(data []byte) *http.Request {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("photo", "../../lunch.jpg")
	if err == nil {
		_, err = part.Write(data)
	}
	if err != nil || m.Close() != nil {
		panic("writing to memory cannot fail")
	}
	r := httptest.NewRequest(http.MethodPost, "/estimate", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return local(r)
}

func local(r *http.Request) *http.Request {
	r.RemoteAddr, r.Host = "127.0.0.1:4711", "localhost:8080"
	return r
}

func in(lang string, r *http.Request) *http.Request {
	r.Header.Set("Accept-Language", lang)
	return r
}

func lunch(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 48))
	m.SetGray(3, 3, color.Gray{200})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// text returns the main part of a page.
func text(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	main, _, _ = strings.Cut(main, "</main>")
	return strings.Join(strings.Fields(main), " ")
}

func mustContain(t *testing.T, page string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(page, w) {
			t.Errorf("%q is missing in: %s", w, text(page))
		}
	}
}

func mustLack(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, u := range unwanted {
		if strings.Contains(page, u) {
			t.Errorf("%q is in: %s", u, text(page))
		}
	}
}
