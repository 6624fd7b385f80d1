package agent

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/kit/process"
)

// What the configuration says about underscores counts at once, and still does
// after the agent was started again.
func TestUnderscoresAreRemembered(t *testing.T) {
	g := newTestAgent(t)
	a := openApp("shop", g)
	token, err := a.acquireLock("ada", "ada", process.Identity{PID: 4711})
	if err != nil {
		t.Fatal(err)
	}
	for _, allow := range []bool{false, true, false, true} {
		if err := a.entrances.recordEntrances(token, nil, config.Local{Underscores: allow}); err != nil {
			t.Fatal(err)
		}
		want := http.StatusBadRequest
		if allow {
			want = http.StatusServiceUnavailable // nothing is deployed
		}
		for when, app := range map[string]*app{"now": a, "after a restart": openApp("shop", g)} {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header["X_user"] = []string{"ada"}
			w := httptest.NewRecorder()
			app.proxy.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("allowed %v, %s: status %d, want %d", allow, when, w.Code, want)
			}
		}
	}
}
