package estimate

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"version-manager/internal/caloguessr/estimate/geminitest"
)

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
