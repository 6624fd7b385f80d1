package agent

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/wire"
)

// colorServer answers with the colors of a sequence, one per request, and then
// with the last one. "blue" is b, "green" is g, and x cuts the connection.
func colorServer(t *testing.T, sequence string) (url string, asked func() int) {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderProbe) != "secret" {
			t.Errorf("asked without the secret: %v", r.Header)
		}
		answer := sequence[min(int(n.Add(1)), len(sequence))-1]
		switch answer {
		case 'x':
			panic(http.ErrAbortHandler)
		case 'b':
			w.Header().Set(wire.HeaderColor, string(color.Blue))
		default:
			w.Header().Set(wire.HeaderColor, string(color.Green))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() int { return int(n.Load()) }
}

// TestConfirmNeedsThreeAnswersInARow is on the limit: two are not enough, three
// are, and any other answer starts the row again.
func TestConfirmNeedsThreeAnswersInARow(t *testing.T) {
	for sequence, asked := range map[string]int{
		"ggg":      3,
		"bggg":     4,
		"ggbggg":   6,
		"gxggg":    5,
		"gbgbgggg": 7,
	} {
		url, count := colorServer(t, sequence)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err := confirmEntrance(ctx, newConfirmClient(), "secret", url, color.Green)
		cancel()
		if err != nil || count() != asked {
			t.Errorf("%s: %v after %d answers, want %d", sequence, err, count(), asked)
		}
	}
}

func TestConfirmNamesTheColorThatAnswers(t *testing.T) {
	url, count := colorServer(t, "ggb")
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("no more time")
	go func() {
		for count() < 5 {
			time.Sleep(time.Millisecond)
		}
		cancel(over)
	}()
	err := confirmEntrance(ctx, newConfirmClient(), "secret", url, color.Green)
	if !errors.Is(err, over) && !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the last answer came from ") || strings.Contains(err.Error(), "green") {
		t.Errorf("%v after %d answers", err, count())
	}
}

// TestConfirmAsksTheEntranceItself: a redirect is an answer, not a new address.
func TestConfirmAsksTheEntranceItself(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(wire.HeaderColor, string(color.Blue))
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
		if r.URL.Path == "/elsewhere" {
			t.Error("the redirect was followed")
		}
	}))
	defer s.Close()
	if got, err := askColor(t.Context(), newConfirmClient(), "secret", s.URL); got != color.Blue || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
