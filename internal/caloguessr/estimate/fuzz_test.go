package estimate

import (
	"net/http"
	"testing"
	"time"
)

func FuzzRetryAfter(f *testing.F) {
	f.Add("5", []byte(`{"error":{"details":[{"retryDelay":"42s"}]}}`))
	f.Add("Wed, 21 Oct 2026 07:28:00 GMT", []byte(`{"error":{"details":[{"retryDelay":"-1s"}]}}`))
	f.Add("999999999999", []byte("["))
	f.Fuzz(func(t *testing.T, after string, body []byte) {
		if d := retryAfter(http.Header{"Retry-After": {after}}, body, time.Unix(1_800_000_000, 0)); d < 0 {
			t.Errorf("negative wait %s", d)
		}
	})
}
