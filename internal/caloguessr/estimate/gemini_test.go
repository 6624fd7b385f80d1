package estimate

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
	"version-manager/internal/caloguessr/nutrition"
	"version-manager/internal/caloguessr/photo"
)

func table(t testing.TB) *nutrition.Table {
	t.Helper()
	table, err := nutrition.LoadTable()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func gemini(t testing.TB, url string) *Gemini {
	return NewGemini(table(t), func() (string, error) { return geminitest.Key, nil }, geminitest.Model, url)
}

func testPhoto() photo.Photo {
	return photo.Photo{JPEG: []byte("\xff\xd8\xffpixels"), Width: 4, Height: 3}
}

func TestEstimatePhoto(t *testing.T) {
	s := geminitest.StartServer(t)
	got, err := gemini(t, s.URL).EstimatePhoto(t.Context(), testPhoto(), "en")
	if err != nil {
		t.Fatal(err)
	}
	want := []Item{
		{FoodID: "20045", Low: 140, Grams: 180, High: 230, Confidence: 86},
		{FoodID: "05064", Low: 110, Grams: 150, High: 190, Confidence: 72},
		{Name: "Mango lassi", Low: 200, Grams: 250, High: 300, Confidence: 55},
	}
	if !slices.Equal(got.Items, want) || got.Model != geminitest.Model {
		t.Errorf("got %+v by %s, want %+v", got.Items, got.Model, want)
	}
}

// TestRequest checks what leaves this machine: photo, task, table, and language. The key
// is in a header, and no setting is sent that newer models refuse.
func TestRequest(t *testing.T) {
	s := geminitest.StartServer(t)
	if _, err := gemini(t, s.URL).EstimatePhoto(t.Context(), testPhoto(), "de"); err != nil {
		t.Fatal(err)
	}
	r := s.ListRequests()[0]
	if r.Path != "/v1beta/models/"+geminitest.Model+":generateContent" || r.Header.Get("x-goog-api-key") != geminitest.Key {
		t.Errorf("asked %s with key %q", r.Path, r.Header.Get("x-goog-api-key"))
	}
	var body struct {
		Contents []struct {
			Parts []struct {
				Text       string
				InlineData struct{ MimeType, Data string }
			}
		}
		GenerationConfig map[string]any
	}
	if err := json.Unmarshal(r.Body, &body); err != nil {
		t.Fatal(err)
	}
	parts := body.Contents[0].Parts
	if parts[0].InlineData.MimeType != "image/jpeg" || parts[0].InlineData.Data != base64.StdEncoding.EncodeToString(testPhoto().JPEG) {
		t.Errorf("the photo was sent as %+v", parts[0].InlineData)
	}
	if parts[1].Text != "Language for names: de" {
		t.Errorf("the question is %q", parts[1].Text)
	}
	for _, name := range []string{"temperature", "topP", "topK", "thinkingConfig", "seed"} {
		if _, sent := body.GenerationConfig[name]; sent {
			t.Errorf("%s is sent", name)
		}
	}
	if body.GenerationConfig["responseSchema"] == nil || body.GenerationConfig["responseMimeType"] != "application/json" {
		t.Errorf("no schema in %v", body.GenerationConfig)
	}
	for _, unwanted := range []string{geminitest.Key, "kcal", "calorie"} {
		if strings.Contains(string(r.Body), unwanted) {
			t.Errorf("the body contains %q", unwanted)
		}
	}
}

func TestFailures(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	moved := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		want   Reason
		asked  int
	}{
		{"bad key", geminitest.AnswerBadKey, BadKey, 1},
		{"key without permission", geminitest.AnswerError(403, "PERMISSION_DENIED", "no"), BadKey, 1},
		{"retired model", geminitest.AnswerNoModel, NoModel, 1},
		{"wrong request", geminitest.AnswerError(400, "INVALID_ARGUMENT", "bad schema"), Rejected, 1},
		{"rate limit, long", geminitest.AnswerExhausted("42s"), RateLimited, 1},
		{"rate limit, twice", geminitest.AnswerExhausted("0.05s"), RateLimited, 2},
		{"server error, twice", geminitest.AnswerError(503, "UNAVAILABLE", "overloaded"), Down, 2},
		{"error without JSON", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>oops", http.StatusBadGateway) }, Down, 2},
		{"blocked photo", geminitest.AnswerBlocked("SAFETY"), Refused, 1},
		{"blocked answer", geminitest.AnswerFinish("PROHIBITED_CONTENT", ""), Refused, 1},
		{"cut answer", geminitest.AnswerFinish("MAX_TOKENS", `{"items":[`), Garbled, 1},
		{"empty answer", geminitest.AnswerText(""), Garbled, 1},
		{"no candidates", geminitest.AnswerJSON(200, map[string]any{}), Garbled, 1},
		{"prose", geminitest.AnswerText("That looks tasty!"), Garbled, 1},
		{"half JSON", geminitest.AnswerText(`{"items":[{"food":`), Garbled, 1},
		{"not even a response", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, Garbled, 1},
		{"another type", geminitest.AnswerJSON(200, []int{1}), Garbled, 1},
		{"nothing edible", geminitest.AnswerText(`{"items":[]}`), NoFood, 1},
		{"no answer", hang, Timeout, 1},
		{"cut connection", cut, Unreachable, 1},
		{"redirect", moved, Rejected, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := geminitest.StartServer(t)
			s.QueueAnswers(tt.answer, tt.answer)
			wait := 10 * time.Second
			if tt.want == Timeout {
				wait = 2 * time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			_, err := gemini(t, s.URL).EstimatePhoto(ctx, testPhoto(), "en")
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Reason != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
			if n := len(s.ListRequests()); n != tt.asked {
				t.Errorf("asked %d times, want %d", n, tt.asked)
			}
			if err != nil && strings.Contains(err.Error(), geminitest.Key) {
				t.Errorf("the error contains the key: %v", err)
			}
		})
	}
}

func TestSecondAttemptSucceeds(t *testing.T) {
	s := geminitest.StartServer(t)
	s.QueueAnswers(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		geminitest.AnswerExhausted("")(w, r)
	})
	start := time.Now()
	if _, err := gemini(t, s.URL).EstimatePhoto(t.Context(), testPhoto(), "en"); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(start); waited < time.Second {
		t.Errorf("asked again after %v, although the answer said 1s", waited)
	}
	both := s.ListRequests()
	if len(both) != 2 || string(both[0].Body) != string(both[1].Body) {
		t.Errorf("%d requests, or the second differs", len(both))
	}
}

func TestRateLimitSaysWhen(t *testing.T) {
	s := geminitest.StartServer(t)
	s.QueueAnswers(geminitest.AnswerExhausted("42s"))
	_, err := gemini(t, s.URL).EstimatePhoto(t.Context(), testPhoto(), "en")
	if e, ok := errors.AsType[*Error](err); !ok || e.After != 42*time.Second {
		t.Errorf("%v, want advice to wait 42s", err)
	}
}

func TestVisitorLeaves(t *testing.T) {
	s := geminitest.StartServer(t)
	ctx, leave := context.WithCancel(t.Context())
	s.QueueAnswers(func(_ http.ResponseWriter, r *http.Request) { leave(); <-r.Context().Done() })
	if _, err := gemini(t, s.URL).EstimatePhoto(ctx, testPhoto(), "en"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want the error of the context", err)
	}
}

func TestUnreachable(t *testing.T) {
	_, err := gemini(t, "http://127.0.0.1:1/").EstimatePhoto(t.Context(), testPhoto(), "en")
	if e, ok := errors.AsType[*Error](err); !ok || e.Reason != Unreachable {
		t.Errorf("%v, want %s", err, Unreachable)
	}
}

func TestNoKey(t *testing.T) {
	s := geminitest.StartServer(t)
	g := NewGemini(table(t), func() (string, error) { return "", &Error{Reason: NoKey} }, geminitest.Model, s.URL)
	if _, err := g.EstimatePhoto(t.Context(), testPhoto(), "en"); err == nil || len(s.ListRequests()) > 0 {
		t.Errorf("asked without a key, error %v", err)
	}
}

func TestCheckKey(t *testing.T) {
	s := geminitest.StartServer(t)
	if err := gemini(t, s.URL).CheckKey(t.Context(), geminitest.Key); err != nil {
		t.Errorf("a good key: %v", err)
	}
	if e, ok := errors.AsType[*Error](gemini(t, s.URL).CheckKey(t.Context(), "another-key-of-some-length")); !ok || e.Reason != BadKey {
		t.Errorf("a bad key: %v", e)
	}
	g := NewGemini(table(t), nil, "gemini-2.0-flash", s.URL)
	if e, ok := errors.AsType[*Error](g.CheckKey(t.Context(), geminitest.Key)); !ok || e.Reason != NoModel {
		t.Errorf("a retired model: %v", e)
	}
}

func TestIsRetired(t *testing.T) {
	for model, want := range map[string]bool{"gemini-2.0-flash": true, "gemini-1.5-pro": true, DefaultModel: false, "gemini-3.8-flash": false} {
		if got := IsRetired(model); got != want {
			t.Errorf("IsRetired(%q) = %v", model, got)
		}
	}
}
