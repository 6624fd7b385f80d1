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

// maxErrorMessage is the length of an error message in logs, in bytes.
const maxErrorMessage = 300

// classifyError turns the error of a call into an *Error. Messages of others are
// shortened, and the key is removed, before they can get into a log.
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
		if isBadKey(e) {
			return BadKey
		}
		return Rejected
	}
	if e.Code >= 500 {
		return Down
	}
	return Rejected
}

// isBadKey recognizes Google's answer to an invalid key, which has the status 400
// like many others.
func isBadKey(e genai.APIError) bool {
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
