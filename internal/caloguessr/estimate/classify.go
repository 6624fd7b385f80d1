package estimate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genai"
)

// maxErrorMessage is how much of an error message is kept, in bytes.
const maxErrorMessage = 300

// classifyError says what a failed call means. The texts of others are shortened
// and cleared of the key before they can reach a log.
func classifyError(err error, after time.Duration, key string) error {
	if e, ok := errors.AsType[genai.APIError](err); ok {
		cause := fmt.Errorf("%d %s: %s", e.Code, e.Status, redactKey(e.Message, key))
		return &Error{Reason: reasonOf(e), After: after, Err: cause}
	}
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Reason: Timeout, Err: context.DeadlineExceeded}
	case syntax || kind:
		return newGarbled("not JSON")
	}
	return &Error{Reason: Unreachable, Err: errors.New(redactKey(err.Error(), key))}
}

func reasonOf(e genai.APIError) Reason {
	switch e.Code {
	case http.StatusUnauthorized, http.StatusForbidden:
		return BadKey
	case http.StatusNotFound:
		return NoModel
	case http.StatusTooManyRequests:
		return RateLimited
	case http.StatusGatewayTimeout:
		return Timeout
	case http.StatusBadRequest:
		if saysBadKey(e) {
			return BadKey
		}
		return Rejected
	}
	if e.Code >= 500 {
		return Down
	}
	return Rejected
}

// saysBadKey recognizes Google's answer to a key that is not one, which is
// a 400 like any other.
func saysBadKey(e genai.APIError) bool {
	for _, d := range e.Details {
		if d["reason"] == "API_KEY_INVALID" {
			return true
		}
	}
	return strings.Contains(e.Message, "API key not valid") || strings.Contains(e.Message, "API key expired")
}

func redactKey(message, key string) string {
	if key != "" {
		message = strings.ReplaceAll(message, key, "(key)")
	}
	return strings.ToValidUTF8(message[:min(len(message), maxErrorMessage)], "")
}
