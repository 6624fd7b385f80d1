package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

func TestStatusPages(t *testing.T) {
	a := newApp(t)
	a.do(t, get("/healthz"), 200)
	a.do(t, get("/readyz"), 200)
	a.do(t, get("/healthz?hold=soon"), 200)
	a.do(t, fromProbe("/healthz?hold=soon"), 400)
	if got, want := a.do(t, get("/version"), 200), `{"version":"v1.2.3","color":"blue","instance":"blue-1"}`+"\n"; got != want {
		t.Errorf("version %q, want %q", got, want)
	}
	a.StartDraining()
	a.do(t, get("/readyz"), 503)
	a.do(t, get("/healthz"), 200)
	a.do(t, get("/"), 200)
}

func fromProbe(path string) *http.Request {
	r := get(path)
	r.Header.Set("Version-Manager-Probe", "1")
	return r
}

// TestVisitorsCannotHold: only the probe can keep requests open.
func TestVisitorsCannotHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, value := range []string{"", "0123456789", "1, 1"} {
			start := time.Now()
			r := get("/healthz?hold=5s")
			r.Header.Set("Version-Manager-Probe", value)
			if (statusHandler{}).serveHealth(httptest.NewRecorder(), r); time.Since(start) > 0 {
				t.Errorf("%q held the request for %s", value, time.Since(start))
			}
		}
	})
}

func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for query, want := range map[string]time.Duration{"0s": 0, "2s": 2 * time.Second, "9.999s": maxHold - time.Millisecond, "10s": maxHold, "10.001s": maxHold, "1h": maxHold} {
			start := time.Now()
			w := httptest.NewRecorder()
			(statusHandler{}).serveHealth(w, fromProbe("/healthz?hold="+query))
			if took := time.Since(start); took != want || w.Code != 200 {
				t.Errorf("hold=%s took %v, status %d", query, took, w.Code)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		(statusHandler{}).serveHealth(httptest.NewRecorder(), fromProbe("/healthz?hold=9s").WithContext(ctx))
		if took := time.Since(start); took != time.Second {
			t.Errorf("held for %v although the client left after 1s", took)
		}
	})
}

func TestMetrics(t *testing.T) {
	a := withKey(t)
	a.do(t, get("/some/made/up/path"), 404)
	a.do(t, sendPhoto(lunch(t)), 200)
	a.do(t, sendPhoto(lunch(t)), 200)
	a.do(t, sendPhoto([]byte("x")), 415)
	a.do(t, post("/meal", url.Values{"add": {"09003"}}), 200)
	mustContain(t, a.do(t, get("/metrics"), 200),
		`caloguessr_http_requests_total{code="404",route="/"} 1`,
		`caloguessr_http_requests_total{code="415",route="/estimate"} 1`,
		`caloguessr_http_request_seconds_count{route="/estimate"} 3`,
		`caloguessr_estimates_total{outcome="ok",source="gemini"} 1`,
		`caloguessr_estimates_total{outcome="ok",source="hand"} 1`,
		`caloguessr_estimates_total{outcome="ok",source="memory"} 1`,
		`caloguessr_estimates_total{outcome="photo",source="gemini"} 1`,
		`caloguessr_http_in_flight 1`,
		`caloguessr_build_info{color="blue",instance_id="blue-1",version="v1.2.3"} 1`,
		"go_goroutines")
}
