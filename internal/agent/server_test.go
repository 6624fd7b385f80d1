package agent

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/launch"
	"version-manager/internal/wire"
)

func newTestAgent(t *testing.T) *agent {
	dir := filepath.Join(t.TempDir(), "state")
	return &agent{dir: dir, files: launch.NewFiles(dir), killSwitch: newKillSwitch(dir), apps: map[string]*app{}, used: time.Now()}
}

func TestServerRefusesBadRequests(t *testing.T) {
	h := newTestAgent(t).newHandler()
	for _, tt := range []struct {
		method, path, token, body, want string
	}{
		{"GET", "..%2f..", "", "", "is not a valid name for an app"},
		{"GET", "Shop", "", "", "is not a valid name for an app"},
		{"PUT", "shop/colors/red", "1", "{}", "not a color"},
		{"PUT", "shop/colors/blue", "1", "{", "read the request"},
		{"PUT", "shop/colors/blue", "x", "{}", wire.HeaderToken},
		{"PUT", "shop/colors/blue", "7", "{}", "the lock was lost"},
		{"POST", "shop/switch", "0", `{"color":"blue"}`, "the lock was lost"},
		{"POST", "shop/backup", "7", `{"text":"../x"}`, "is not a valid name for a backup"},
		{"POST", "shop/lock", "", `{"holder":`, "read the request"},
	} {
		r := httptest.NewRequest(tt.method, api.AppsPath+tt.path, strings.NewReader(tt.body))
		if tt.token != "" {
			r.Header.Set(wire.HeaderToken, tt.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == http.StatusOK || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d %s, want %q", tt.method, tt.path, w.Code, w.Body, tt.want)
		}
	}
}
