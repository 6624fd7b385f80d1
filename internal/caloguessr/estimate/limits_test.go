package estimate

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWeightLimits(t *testing.T) {
	for grams, ok := range map[string]bool{"0.49": false, "0.5": true, "0.51": true, "4999": true, "5000": true, "5000.1": false} {
		_, err := parseAnswer(fmt.Appendf(nil, `{"items":[{"food":"09003","grams":%s}]}`, grams), table(t))
		if (err == nil) != ok {
			t.Errorf("%s g: %v, want ok %t", grams, err, ok)
		}
	}
}

func TestConfidenceLimits(t *testing.T) {
	for _, tt := range []struct {
		low, high, confidence string
		want                  int
	}{
		{"90", "110", "-0.1", confidenceIfContradictory}, {"90", "110", "0", 1}, {"90", "110", "100", 100}, {"90", "110", "100.1", confidenceIfContradictory},
		{"0", "110", "50", confidenceIfContradictory}, {"1", "110", "50", 50}, {"100", "100", "50", 50}, {"101", "110", "50", confidenceIfContradictory},
		{"90", "99", "50", confidenceIfContradictory}, {"90", "5000", "50", 50}, {"90", "5001", "50", confidenceIfContradictory},
	} {
		items, err := parseAnswer(fmt.Appendf(nil, `{"items":[{"food":"09003","grams":100,"low":%s,"high":%s,"confidence":%s}]}`, tt.low, tt.high, tt.confidence), table(t))
		if err != nil || items[0].Confidence != tt.want {
			t.Errorf("%+v: %+v, %v", tt, items, err)
		}
	}
}

func TestAnswerItemLimit(t *testing.T) {
	for n, ok := range map[int]bool{maxItems - 1: true, maxItems: true, maxItems + 1: false} {
		item := `{"food":"09003","grams":1}`
		_, err := parseAnswer([]byte(`{"items":[`+strings.Repeat(item+",", n-1)+item+`]}`), table(t))
		if (err == nil) != ok {
			t.Errorf("%d items: %v, want ok %t", n, err, ok)
		}
	}
}

// busyServer answers that it is busy, and asks to wait.
type busyServer struct {
	wait  string
	calls int
}

func (s *busyServer) RoundTrip(*http.Request) (*http.Response, error) {
	s.calls++
	body := fmt.Sprintf(`{"error":{"details":[{"retryDelay":%q}]}}`, s.wait)
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestRetryWaitLimit: a visitor waits at most maxRetryWait for a second attempt.
func TestRetryWaitLimit(t *testing.T) {
	for wait, want := range map[string]time.Duration{"0.1s": defaultRetryWait, "3.999s": 3999 * time.Millisecond, "4s": maxRetryWait, "4.001s": -1} {
		synctest.Test(t, func(t *testing.T) {
			s := &busyServer{wait: wait}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gemini.test/", strings.NewReader("x"))
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			response, err := (&retryOnce{next: s}).RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if took := time.Since(began); want < 0 && (s.calls != 1 || took != 0) || want >= 0 && (s.calls != 2 || took != want) {
				t.Errorf("asked to wait %s: %d calls in %s", wait, s.calls, took)
			}
		})
	}
}

// TestAnswerSizeLimit: the rest of a larger answer is not read.
func TestAnswerSizeLimit(t *testing.T) {
	for size, want := range map[int]int{maxAnswerSize - 1: maxAnswerSize - 1, maxAnswerSize: maxAnswerSize, maxAnswerSize + 1: maxAnswerSize} {
		next := roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", size)))}, nil
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://gemini.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := (&retryOnce{next: next}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil || len(body) != want {
			t.Errorf("%d bytes: read %d, %v", size, len(body), err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
