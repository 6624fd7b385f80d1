package estimate

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxRetryWait is how long a visitor is kept waiting for a second attempt.
	maxRetryWait = 4 * time.Second
	// defaultRetryWait is how long to wait where the answer does not say.
	defaultRetryWait = 500 * time.Millisecond
	// maxAnswerSize bounds what is read of any answer, in bytes.
	maxAnswerSize = 1 << 20
)

// retryOnce repeats one request once, if the answer says that it is worth it
// and soon. It serves a single call, and remembers what the last answer asked for.
type retryOnce struct {
	next  http.RoundTripper
	after time.Duration // how long to stay away; 0: not said
}

// RoundTrip implements http.RoundTripper.
func (t *retryOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.sendLimited(r)
	if err != nil || !isRetryable(response.StatusCode) || r.GetBody == nil {
		return response, err
	}
	wait := max(t.after, defaultRetryWait)
	if deadline, ok := r.Context().Deadline(); wait > maxRetryWait || ok && time.Until(deadline) < 2*wait {
		return response, nil
	}
	if err := sleep(r.Context(), wait); err != nil {
		return response, nil // its caller sees the context's error or this answer
	}
	again := r.Clone(r.Context())
	if again.Body, err = r.GetBody(); err != nil {
		return response, nil
	}
	response.Body.Close()
	return t.sendLimited(again)
}

// sendLimited bounds the answer, and reads a failed one for its advice on waiting.
func (t *retryOnce) sendLimited(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body := response.Body
	if response.StatusCode < 400 {
		response.Body = limitedBody{io.LimitReader(body, maxAnswerSize), body}
		return response, nil
	}
	data, err := io.ReadAll(io.LimitReader(body, maxAnswerSize))
	body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(data))
	t.after = retryAfter(response.Header, data, time.Now())
	return response, nil
}

func isRetryable(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter finds how long an answer asks to wait: in its header, in seconds or
// as a date, or in the error's details, where Google puts it.
func retryAfter(h http.Header, body []byte, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if n, err := strconv.Atoi(value); err == nil && n > 0 && n < 1e6 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	var e struct {
		Error struct {
			Details []struct {
				RetryDelay string `json:"retryDelay"`
			} `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return 0
	}
	for _, d := range e.Error.Details {
		if delay, err := time.ParseDuration(d.RetryDelay); err == nil && delay > 0 {
			return delay
		}
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// limitedBody reads from one thing and closes another.
type limitedBody struct {
	io.Reader
	io.Closer
}
