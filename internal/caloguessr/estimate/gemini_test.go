package estimate

import (
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
