package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/caloguessr/photo"
)

func TestPhotoBecomesMeal(t *testing.T) {
	a := withKey(t)
	page := a.do(t, in("de", sendPhoto(lunch(t))), 200)
	// 180 g of rice at 130 and 150 g of chicken at 165 kcal per 100\u00a0g.
	mustContain(t, page, "<strong>482</strong>", "Weißer Reis", "Hähnchenbrust", "ziemlich sicher, 86\u00a0%", "eher sicher, 72\u00a0%",
		"Gemini (gemini-3.5-flash-lite)", "Mango lassi, etwa 250\u00a0g", "nicht mitgezählt", `name="food" value="20045"`)
	a.do(t, sendPhoto(lunch(t)), 200)
	a.do(t, in("de", sendPhoto(lunch(t))), 200) // from the cache this time
	if n := len(a.gemini.ListRequests()); n != 2 {
		t.Errorf("Gemini was asked %d times, want once per language", n)
	}
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
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), 415, "JPEG, PNG, or WebP", "JPEG, PNG oder WebP"},
		{"truncated", whole[:len(whole)/2], 422, "damaged or incomplete", "beschädigt oder unvollständig"},
		{"bomb", bomb, 413, "fewer than 40\u00a0megapixels", "weniger als 40\u00a0Megapixel"},
		{"20 MB", append(whole, make([]byte, 20<<20)...), 413, "The limit is 12\u00a0MB", "höchstens 12\u00a0MB"},
		{"nothing", nil, 422, "choose a photo first", "wähle zuerst ein Foto"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := withKey(t)
			mustContain(t, a.do(t, in("en", sendPhoto(tt.data)), tt.status), tt.en, `role="alert"`, `type="file"`)
			mustContain(t, a.do(t, in("de", sendPhoto(tt.data)), tt.status), tt.de, `lang="de"`)
			if len(a.gemini.ListRequests()) > 0 {
				t.Error("Gemini was asked")
			}
		})
	}
	mustContain(t, withKey(t).do(t, post("/estimate", url.Values{"photo": {"x"}}), 422), "choose a photo first")
}

func TestGeminiErrorsAreExplained(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		status int
		en, de string
	}{
		{"bad key", geminitest.AnswerBadKey, 502, "does not accept the Gemini key", "akzeptiert den Gemini-Schlüssel nicht"},
		{"model gone", geminitest.AnswerNoModel, 502, "The model gemini-3.5-flash-lite does not exist", "gibt es bei Google nicht"},
		{"rate limit", geminitest.AnswerExhausted("42s"), 429, "try again in 42 seconds", "in 42 Sekunden"},
		{"rate limit of unknown length", geminitest.AnswerExhausted(""), 429, "try again later", "später noch einmal"},
		{"blocked", geminitest.AnswerBlocked("SAFETY"), 422, "safety filter", "Sicherheitsfilter"},
		{"no food", geminitest.AnswerText(`{"items":[]}`), 422, "No food was recognized", "nichts Essbares"},
		{"nonsense", geminitest.AnswerText("yummy"), 502, "made no sense", "keinen Sinn"},
		{"down", geminitest.AnswerError(503, "UNAVAILABLE", "overloaded"), 502, "not available at the moment", "gerade nicht verfügbar"},
		{"slow", geminitest.AnswerError(504, "DEADLINE_EXCEEDED", "slow"), 504, "took too long", "zu lange gebraucht"},
		{"refused request", geminitest.AnswerError(400, "INVALID_ARGUMENT", "schema"), 502, "did not accept our request", "nicht angenommen"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := withKey(t)
			a.gemini.QueueAnswers(tt.answer, tt.answer, tt.answer, tt.answer)
			mustContain(t, a.do(t, in("en", sendPhoto(lunch(t))), tt.status), tt.en)
			mustContain(t, a.do(t, in("de", sendPhoto(lunch(t))), tt.status), tt.de)
		})
	}
	mustContain(t, newApp(t).do(t, sendPhoto(lunch(t)), 503), "no Gemini key is set")
}

func TestRateLimits(t *testing.T) {
	a := withKey(t)
	for range photoBurst {
		a.do(t, sendPhoto([]byte("x")), 415)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, in("de", sendPhoto([]byte("x"))))
	if w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	mustContain(t, w.Body.String(), "zu viele Anfragen auf einmal", "Sekunden")
	other := sendPhoto([]byte("x"))
	other.Header.Set("X-Forwarded-For", "192.0.2.9")
	a.do(t, other, 415)
}

// TestNothingIsDecodedWithoutKey: without a key, no photo can be recognized.
func TestNothingIsDecodedWithoutKey(t *testing.T) {
	a := newApp(t, func(o *Options) { o.Intake = nil })
	mustContain(t, a.do(t, sendPhoto(lunch(t)), 503), "no Gemini key is set")
	retired := withKey(t, func(o *Options) { o.Intake, o.Model = nil, "gemini-1.5-flash" })
	mustContain(t, retired.do(t, sendPhoto(lunch(t)), 502), "does not exist")
}

func TestPhotoThatNeedsTooMuchMemory(t *testing.T) {
	a := withKey(t, func(o *Options) { o.Intake = photo.NewIntake(photo.Limits{Parallel: 1, Memory: 1 << 20}) })
	mustContain(t, a.do(t, in("en", sendPhoto(lunch(t))), 413), "more memory than the server has")
	mustContain(t, a.do(t, in("de", sendPhoto(lunch(t))), 413), "mehr Arbeitsspeicher")
}
