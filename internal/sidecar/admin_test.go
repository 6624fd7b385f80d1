package sidecar

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestDrainedIsBounded: no call keeps a sidecar waiting for longer than a pod can
// need.
func TestDrainedIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := httptest.NewRequest(http.MethodGet, "/drained?sleep=1000000h&limit=1s", nil)
		NewSidecar(Options{}).serveDrained(httptest.NewRecorder(), r)
		if took := time.Since(began); took < maxHookSleep || took > maxHookSleep+2*time.Second {
			t.Errorf("drained after %s, want %s and a second", took, maxHookSleep)
		}
	})
}

func TestDrainedRefuses(t *testing.T) {
	for _, query := range []string{"", "?sleep=1s", "?sleep=-1s&limit=1s", "?sleep=1s&limit=-1s", "?sleep=1s&limit=9999999999h", "?sleep=1&limit=1"} {
		w := httptest.NewRecorder()
		NewSidecar(Options{}).serveDrained(w, httptest.NewRequest(http.MethodGet, "/drained"+query, nil))
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}
