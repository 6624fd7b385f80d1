package web

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
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
	"version-manager/internal/httpkit"
)

// app is a whole server in front of a fake Gemini, without a network of its
// own: requests go straight to the handler.
type app struct {
	*Server
	handler http.Handler
	gemini  *geminitest.Server
	keys    *keys.Store
	folder  string
	log     *syncBuffer
}

// syncBuffer is a log that may be read while it is written.
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
	a := &app{gemini: geminitest.New(t), folder: t.TempDir(), log: &syncBuffer{}}
	table, err := nutrition.Load()
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	if a.keys, err = keys.Open(a.folder, ""); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Build: Build{Version: "v1.2.3", Color: "blue", Instance: "blue-1"}, Table: table, Words: words, Keys: a.keys,
		Intake: photo.NewIntake(2), Model: geminitest.Model, Clients: httpkit.NewClients(httpkit.Loopback()...),
		Log: slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	g := estimate.NewGemini(table, func() (string, error) {
		k, err := o.Keys.Current()
		if err != nil {
			return "", &estimate.Error{Reason: estimate.NoKey, Err: err}
		}
		return k.Reveal(), nil
	}, o.Model, a.gemini.URL)
	o.Checker = g
	if o.Estimator == nil {
		o.Estimator = estimate.NewCache(g, o.Model, 8)
	}
	if a.Server, err = New(o); err != nil {
		t.Fatal(err)
	}
	a.handler = a.Handler()
	return a
}

// withKey is an app whose key is set.
func withKey(t *testing.T, change ...func(*Options)) *app {
	t.Helper()
	a := newApp(t, change...)
	a.do(t, post("/settings/key", url.Values{"key": {geminitest.Key}}), http.StatusSeeOther)
	return a
}

func (a *app) do(t *testing.T, r *http.Request, want int) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
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

// upload is a form with a photo, as a browser sends it.
func upload(data []byte) *http.Request {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("photo", "../../lunch.jpg")
	if err == nil {
		_, err = part.Write(data)
	}
	if err != nil || m.Close() != nil {
		panic("memory does not fail")
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

// text is what a page says in its main part.
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

func TestStartPage(t *testing.T) {
	a := newApp(t)
	page := a.do(t, in("de", get("/")), 200)
	mustContain(t, page, `lang="de"`, "Kalorien", "kein Gemini-Schlüssel", `action="/meal"`, "v1.2.3")
	mustLack(t, page, `type="file"`)
	mustContain(t, a.do(t, get("/?lang=en"), 200), `lang="en"`, "Caloguessr", "calories")
	mustContain(t, withKey(t).do(t, get("/"), 200), `type="file"`, "sent to Google Gemini")
}

func TestPagesHoldNothingInline(t *testing.T) {
	a := withKey(t)
	for _, page := range []string{
		a.do(t, get("/"), 200), a.do(t, get("/settings"), 200), a.do(t, get("/nope"), 404),
		a.do(t, upload(lunch(t)), 200), a.do(t, post("/meal", url.Values{"q": {"reis"}}), 200),
	} {
		mustLack(t, page, "<style", " style=", "<script>", " onclick", "javascript:")
	}
}

func TestLanguageIsRemembered(t *testing.T) {
	a := newApp(t)
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, get("/?lang=de"))
	again := get("/settings")
	for _, c := range w.Result().Cookies() {
		again.AddCookie(c)
	}
	mustContain(t, a.do(t, again, 200), `<html lang="de"`)
}

func TestPhotoBecomesMeal(t *testing.T) {
	a := withKey(t)
	page := a.do(t, in("de", upload(lunch(t))), 200)
	// 180 g of rice at 130 and 150 g of chicken at 165 kcal per 100\u00a0g.
	mustContain(t, page, "<strong>482</strong>", "Weißer Reis", "Hähnchenbrust", "ziemlich sicher, 86\u00a0%", "eher sicher, 72\u00a0%",
		"Gemini (gemini-3.5-flash-lite)", "Mango lassi, etwa 250\u00a0g", "nicht mitgezählt", `name="food" value="20045"`)
	a.do(t, upload(lunch(t)), 200)
	a.do(t, in("de", upload(lunch(t))), 200) // out of memory this time
	if n := len(a.gemini.Requests()); n != 2 {
		t.Errorf("Gemini was asked %d times, want once a language", n)
	}
}

// rice is the form of a page with 180 g of rice and an unknown lassi.
func rice() url.Values {
	return url.Values{
		"food": {"20045"}, "grams": {"180"}, "was": {"180"}, "low": {"117"}, "high": {"243"}, "confidence": {"60"},
		"unknown": {"Lassi"}, "unknown-grams": {"250"}, "model": {"gemini-3.5-flash-lite"},
	}
}

func with(v url.Values, pairs ...string) url.Values {
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func TestMealForm(t *testing.T) {
	a := newApp(t)
	for _, tt := range []struct {
		name       string
		form       url.Values
		has, lacks []string
	}{
		{"as it was", rice(), []string{"<strong>234</strong>", "between 152 and 316\u00a0kcal", "rather sure, 60%"}, nil},
		{"other grams", with(rice(), "grams", "2000"), []string{"<strong>2,600</strong>", "2,340 and 2,860", "by hand"}, []string{"rather sure"}},
		{"remove", with(rice(), "remove", "0"), []string{"<strong>0</strong>", "Lassi"}, []string{"White rice"}},
		{"drop", with(rice(), "drop", "0"), []string{"White rice"}, []string{"Lassi"}},
		{"search", with(rice(), "q", "chiken", "do", "search"), []string{"White rice", "Chicken breast, roasted", `name="add"`}, nil},
		{"search in vain", with(rice(), "q", "xyzzy"), []string{"Nothing found for “xyzzy”"}, []string{`name="add"`}},
		{"add", with(rice(), "add", "09003", "q", "apple"), []string{"Apple, raw", "<strong>328</strong>"}, []string{`value="apple"`}},
		{"add the same", with(rice(), "add", "20045"), []string{`value="360"`, "<strong>468</strong>"}, nil},
		{"add nonsense", with(rice(), "add", "nope"), []string{"<strong>234</strong>"}, nil},
		{"find", with(rice(), "find", "0"), []string{`value="Lassi"`, "Nothing found"}, nil},
		{"instead of the unknown", with(rice(), "add", "01116", "for", "0"), []string{"Yogurt", `value="250"`}, []string{"Lassi"}},
		{"button out of range", with(rice(), "remove", "7"), []string{"White rice"}, nil},
		{"markup as query", with(rice(), "q", "<img src=x>"), []string{"&lt;img"}, []string{"<img src=x>"}},
		{"nothing at all", url.Values{}, []string{"What is on your plate?"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			page := a.do(t, post("/meal", tt.form), 200)
			mustContain(t, page, tt.has...)
			mustLack(t, page, tt.lacks...)
		})
	}
	mustContain(t, a.do(t, post("/meal?lang=de", with(rice(), "grams", "2000")), 200), "<strong>2.600</strong>", "Weißer Reis", "von Hand")
}

func TestMealFormRefuses(t *testing.T) {
	a := newApp(t)
	mustContain(t, a.do(t, in("de", post("/meal", with(rice(), "food", "1"))), 422), "nicht lesbar")
	mustContain(t, a.do(t, post("/meal", url.Values{"q": {strings.Repeat("x", maxForm)}}), 413), "too large")
	full := url.Values{"add": {"09003"}}
	for range 30 {
		for k, v := range rice() {
			if k != "model" && !strings.HasPrefix(k, "unknown") {
				full.Add(k, v[0])
			}
		}
	}
	mustContain(t, a.do(t, post("/meal", full), 422), "at most 30 foods")
}

func TestBadPhotos(t *testing.T) {
	whole := lunch(t)
	bomb := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x06\x00\x00\x00\xb6\x05\xd9\x50")
	for _, tt := range []struct {
		name   string
		data   []byte
		status int
		en, de string
	}{
		{"not an image", []byte("MZ I am a program"), 415, "not a photo", "kein Foto"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), 415, "HEIC", "HEIC-Fotos"},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), 415, "JPEG, PNG or WebP", "JPEG, PNG oder WebP"},
		{"truncated", whole[:len(whole)/2], 422, "damaged or incomplete", "beschädigt oder unvollständig"},
		{"bomb", bomb, 413, "fewer than 40\u00a0megapixels", "weniger als 40\u00a0Megapixel"},
		{"20 MB", append(whole, make([]byte, 20<<20)...), 413, "at most 12\u00a0MB", "höchstens 12\u00a0MB"},
		{"nothing", nil, 422, "choose a photo first", "wähle zuerst ein Foto"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := withKey(t)
			mustContain(t, a.do(t, in("en", upload(tt.data)), tt.status), tt.en, `role="alert"`, `type="file"`)
			mustContain(t, a.do(t, in("de", upload(tt.data)), tt.status), tt.de, `lang="de"`)
			if len(a.gemini.Requests()) > 0 {
				t.Error("Gemini was asked")
			}
		})
	}
	mustContain(t, withKey(t).do(t, post("/estimate", url.Values{"photo": {"x"}}), 422), "choose a photo first")
}

// A browser reads the answer only after it has sent everything: a refused
// upload must not end in a reset connection.
func TestLargeUploadGetsItsAnswer(t *testing.T) {
	a := withKey(t)
	s := httptest.NewServer(a.handler)
	defer s.Close()
	r := upload(append(lunch(t), make([]byte, 20<<20)...))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/estimate", r.Body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = r.Header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 413 {
		t.Errorf("status %d, %v", response.StatusCode, err)
	}
	mustContain(t, string(page), "at most 12\u00a0MB")
}

func TestGeminiTroubleIsExplained(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		status int
		en, de string
	}{
		{"bad key", geminitest.BadKey, 502, "does not accept the Gemini key", "nimmt den Gemini-Schlüssel nicht an"},
		{"model gone", geminitest.NoModel, 502, "The model gemini-3.5-flash-lite does not exist", "gibt es bei Google nicht"},
		{"rate limit", geminitest.Exhausted("42s"), 429, "try again in 42 seconds", "in 42 Sekunden"},
		{"rate limit of unknown length", geminitest.Exhausted(""), 429, "try again later", "später noch einmal"},
		{"blocked", geminitest.Blocks("SAFETY"), 422, "safety filter", "Sicherheitsfilter"},
		{"no food", geminitest.Says(`{"items":[]}`), 422, "No food was recognised", "nichts Essbares"},
		{"nonsense", geminitest.Says("yummy"), 502, "made no sense", "keinen Sinn"},
		{"down", geminitest.Fails(503, "UNAVAILABLE", "overloaded"), 502, "not available at the moment", "gerade nicht verfügbar"},
		{"slow", geminitest.Fails(504, "DEADLINE_EXCEEDED", "slow"), 504, "took too long", "zu lange gebraucht"},
		{"refused request", geminitest.Fails(400, "INVALID_ARGUMENT", "schema"), 502, "did not accept our request", "nicht angenommen"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := withKey(t)
			a.gemini.Then(tt.answer, tt.answer, tt.answer, tt.answer)
			mustContain(t, a.do(t, in("en", upload(lunch(t))), tt.status), tt.en)
			mustContain(t, a.do(t, in("de", upload(lunch(t))), tt.status), tt.de)
		})
	}
	mustContain(t, newApp(t).do(t, upload(lunch(t)), 503), "no Gemini key is set")
}

func TestErrorPages(t *testing.T) {
	a := newApp(t)
	crossed := post("/meal", rice())
	crossed.Header.Set("Sec-Fetch-Site", "cross-site")
	for _, tt := range []struct {
		r      *http.Request
		status int
		de     string
	}{
		{get("/nope"), 404, "Diese Seite gibt es nicht"},
		{get("/estimate"), 405, "nimmt solche Anfragen nicht an"},
		{post("/", nil), 405, "nimmt solche Anfragen nicht an"},
		{crossed, 403, "anderen Website"},
	} {
		mustContain(t, a.do(t, in("de", tt.r), tt.status), tt.de, "Das hat nicht geklappt", "Zurück zum Anfang")
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, get("/estimate"))
	if w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
}

// panics is an estimator with a bug.
type panics struct{}

func (panics) Estimate(context.Context, photo.Photo, string) (estimate.Estimate, error) { panic("bug") }

func TestBugGetsAPage(t *testing.T) {
	a := withKey(t, func(o *Options) { o.Estimator = panics{} })
	mustContain(t, a.do(t, in("de", upload(lunch(t))), 500), "schiefgegangen")
	mustContain(t, a.log.String(), "level=ERROR", "bug")
}

func TestRateLimits(t *testing.T) {
	a := withKey(t)
	for range photoBurst {
		a.do(t, upload([]byte("x")), 415)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, in("de", upload([]byte("x"))))
	if w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	mustContain(t, w.Body.String(), "Das war viel auf einmal", "Sekunden")
	other := upload([]byte("x"))
	other.Header.Set("X-Forwarded-For", "192.0.2.9")
	a.do(t, other, 415)
}

func TestRetiredModel(t *testing.T) {
	page := withKey(t, func(o *Options) { o.Model = "gemini-2.0-flash" }).do(t, in("de", get("/")), 200)
	mustContain(t, page, "Das Modell gemini-2.0-flash gibt es bei Google nicht", `action="/meal"`)
	mustLack(t, page, `type="file"`)
}

func TestTooManyUploadsAtOnce(t *testing.T) {
	a := withKey(t)
	for range maxUploads {
		a.uploads <- struct{}{}
	}
	mustContain(t, a.do(t, upload(lunch(t)), 503), "Too many photos")
}
