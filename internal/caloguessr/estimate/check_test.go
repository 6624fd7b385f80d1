package estimate

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		want         []Item
	}{
		{"bounds the wrong way round", `{"items":[{"food":"09003","name":"a","grams":100,"low":150,"high":50,"confidence":90}]}`,
			[]Item{{FoodID: "09003", Low: 100, Grams: 100, High: 100, Confidence: confidenceIfContradictory}}},
		{"confidence as a share of nothing", `{"items":[{"food":"09003","name":"a","grams":100,"low":90,"high":110,"confidence":900}]}`,
			[]Item{{FoodID: "09003", Low: 100, Grams: 100, High: 100, Confidence: confidenceIfContradictory}}},
		{"an id that is not in the table", `{"items":[{"food":"99999","name":"Dodo","grams":100,"low":90,"high":110,"confidence":50}]}`,
			[]Item{{Name: "Dodo", Low: 90, Grams: 100, High: 110, Confidence: 50}}},
		{"the same food twice", `{"items":[{"food":"09003","grams":100,"low":90,"high":110,"confidence":90},{"food":" 09003","grams":50,"low":40,"high":60,"confidence":70}]}`,
			[]Item{{FoodID: "09003", Low: 130, Grams: 150, High: 170, Confidence: 70}}},
	} {
		got, err := parseAnswer([]byte(tt.answer), table(t))
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestParseAnswerRefuses(t *testing.T) {
	item := `{"food":"09003","name":"a","grams":100,"low":90,"high":110,"confidence":50}`
	for name, answer := range map[string]string{
		"nothing":        ``,
		"null":           `null`,
		"no list":        `{}`,
		"another list":   `[1]`,
		"two documents":  `{"items":[` + item + `]}{}`,
		"no weight":      `{"items":[{"food":"09003","name":"a"}]}`,
		"no gram":        `{"items":[{"food":"09003","name":"a","grams":0}]}`,
		"too heavy":      `{"items":[{"food":"09003","name":"a","grams":1e9}]}`,
		"not finite":     `{"items":[{"food":"09003","name":"a","grams":1e999}]}`,
		"text as weight": `{"items":[{"food":"09003","name":"a","grams":"100"}]}`,
		"no name":        `{"items":[{"food":"","name":" ","grams":100}]}`,
		"too many foods": `{"items":[` + strings.Repeat(item+",", maxItems) + item + `]}`,
	} {
		_, err := parseAnswer([]byte(answer), table(t))
		if e, ok := errors.AsType[*Error](err); !ok || e.Reason != Garbled {
			t.Errorf("%s: %v, want %s", name, err, Garbled)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		header, body string
		want         time.Duration
	}{
		{"7", "", 7 * time.Second},
		{"Sat, 21 Nov 2026 12:01:00 GMT", "", time.Minute},
		{"Sat, 21 Nov 2026 11:00:00 GMT", "", 0},
		{"soon", "{}", 0},
		{"", `{"error":{"details":[{"reason":"x"},{"retryDelay":"34.5s"}]}}`, 34500 * time.Millisecond},
		{"-3", `{"error":{"details":[{"retryDelay":"-1s"}]}}`, 0},
	} {
		if got := retryAfter(http.Header{"Retry-After": {tt.header}}, []byte(tt.body), now); got != tt.want {
			t.Errorf("retryAfter(%q, %q) = %v, want %v", tt.header, tt.body, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"items":[{"food":"09003","name":"a","grams":100,"low":90,"high":110,"confidence":50}]}`)
	f.Add(`{"items":[{"food":"x","name":"\ud800","grams":0.5,"low":-1,"high":1e300,"confidence":-0}]}`)
	f.Add(`{"items":[]}`)
	foods := table(f)
	f.Fuzz(func(t *testing.T, answer string) {
		items, err := parseAnswer([]byte(answer), foods)
		if err != nil {
			return
		}
		for _, it := range items {
			_, known := foods.ByID(it.FoodID)
			if it.Low < 1 || it.Low > it.Grams || it.Grams > it.High || it.High > maxGrams ||
				it.Confidence < 1 || it.Confidence > 100 || known == (it.Name != "") {
				t.Errorf("%q became %+v", answer, it)
			}
		}
	})
}
