package estimate

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"version-manager/internal/kit/wait"
)

const (
	// maxRetryWait is the longest time that a visitor waits for the second attempt.
	maxRetryWait = 4 * time.Second
	// defaultRetryWait is the time before the second attempt if the answer does not say.
	defaultRetryWait = 500 * time.Millisecond
	// maxAnswerSize is how much of an answer is read, in bytes.
	maxAnswerSize = 1 << 20
)

// retryOnce repeats a request once, if the answer says that it may succeed soon. It
// serves a single call, and stores how long the last answer asked to wait.
type retryOnce struct {
	next  http.RoundTripper
	after time.Duration // how long to wait; 0 if the answer does not say
}

// RoundTrip implements http.RoundTripper.
func (t *retryOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.sendLimited(r)
	if err != nil || !isRetryable(response.StatusCode) || r.GetBody == nil {
		return response, err
	}
	delay := max(t.after, defaultRetryWait)
	if deadline, ok := r.Context().Deadline(); delay > maxRetryWait || ok && time.Until(deadline) < 2*delay {
		return response, nil
	}
	if err := wait.SleepContext(r.Context(), delay); err != nil {
		return response, nil // the caller gets the error of the context or this answer
	}
	again := r.Clone(r.Context())
	if again.Body, err = r.GetBody(); err != nil {
		return response, nil
	}
	response.Body.Close()
	return t.sendLimited(again)
}

// sendLimited limits the size of the answer, and finds out how long a failed one asks
// to wait.
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

// retryAfter returns how long an answer asks to wait: in its header, in seconds or as
// a date, or in the details of the error, as Google does it.
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

// limitedBody reads from one source and closes another.
type limitedBody struct {
	io.Reader
	io.Closer
}
