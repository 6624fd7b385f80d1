package local

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// TestPreviewOfAPublicAddress: where others than this machine connect, only
// those who show a secret see the unreleased color. The deploy does.
func TestPreviewOfAPublicAddress(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.local.Address, p.local.PreviewSecret = "0.0.0.0", "PREVIEW"
	target := p.newTarget("shop")
	target.preview = "letmein"
	for _, v := range []release.Version{"v1.0.0", "v1.1.0"} {
		r := p.makeRelease("shop", v, nil)
		r.Config.Gate = config.Gate{Healthy: 2, For: config.Duration{Duration: 10 * time.Millisecond}, Timeout: config.Duration{Duration: 20 * time.Second}}
		r.Config.Bake = config.Duration{Duration: 100 * time.Millisecond}
		r.Config.Probe = config.Probe{Path: "/readyz", Rate: 50}
		r.Config.Smoke = []config.Smoke{{Path: "/version", Contains: string(v)}}
		if _, err := deploy.New(target, "test").Run(t.Context(), deploy.Request{Kind: deploy.ZeroDowntime, Release: r}); err != nil {
			t.Fatal(err)
		}
	}
	public := observeTarget(t, target).Entrances.Public[0]
	ask := func(host, field, value string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, public+"/version", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set(field, value)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	for _, tt := range []struct {
		host, field, value string
		want               int
	}{
		{"preview.localhost", "X", "y", 403},
		{"blue.preview.localhost", "X", "y", 403},
		{"preview.localhost", "Version-Manager-Probe", "1", 403},
		{"preview.localhost", "Version-Manager-Preview", "letmein", 200},
		{"shop.example", "X", "y", 200},
	} {
		if got := ask(tt.host, tt.field, tt.value); got != tt.want {
			t.Errorf("%s with %s: %d, want %d", tt.host, tt.field, got, tt.want)
		}
	}
	s := p.acquireLock(target)
	defer p.releaseLock(s)
	id := "x"
	path, err := s.BackUpState(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, filepath.Join(p.state, "apps", "shop", "state.json")} {
		if b, err := os.ReadFile(file); err != nil || strings.Contains(string(b), "letmein") {
			t.Errorf("%s contains the secret: %v", file, err)
		}
	}
}
