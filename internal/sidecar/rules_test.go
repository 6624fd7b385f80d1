package sidecar

import (
	"net/http"
	"testing"

	"version-manager/internal/kit/memlimit"
	"version-manager/internal/kit/waittest"
	"version-manager/internal/proxy/admission"
)

func TestLimitsFitTheMemory(t *testing.T) {
	for _, tt := range []struct {
		memory      int64
		want        admission.Limits
		connections int
	}{
		{0, admission.Limits{Requests: 2048, Uploads: 512, Tunnels: 2048, PerClient: -1}, 4096},
		{16 << 30, admission.Limits{Requests: 2048, Uploads: 512, Tunnels: 2048, PerClient: -1}, 4096},
		{128 << 20, admission.Limits{Requests: 955, Uploads: 512, Tunnels: 682, PerClient: -1}, 1638},
		{64 << 20, admission.Limits{Requests: 477, Uploads: 273, Tunnels: 341, PerClient: -1}, 819},
	} {
		m := memlimit.Memory{Limit: tt.memory}
		if got := memoryLimits(m); got != tt.want || maxConnections(m) != tt.connections {
			t.Errorf("%d MiB: %+v and %d connections, want %+v and %d", tt.memory>>20, got, maxConnections(m), tt.want, tt.connections)
		}
	}
}

// TestPrivateBehindAGateway: the port of the sidecar is public. Private paths are
// closed there too.
func TestPrivateBehindAGateway(t *testing.T) {
	app, _ := startApp(t, func(http.ResponseWriter, *http.Request) {})
	p := startPodWith(t, Options{App: app, Private: []string{"/metrics"}, ProbeSecret: "secret", PreviewSecret: "letmein"})
	for _, tt := range []struct {
		path, name, value string
		want              int
	}{
		{"/", "X", "y", 200},
		{"/metrics", "X", "y", 404},
		{"/metrics/x", "Version-Manager-Probe", "secret", 404},
		{"/", "Version-Manager-Route", "preview", 403},
	} {
		if got := getStatus(t, p.traffic+tt.path, http.Header{tt.name: {tt.value}}); got != tt.want {
			t.Errorf("%s with %s: %d, want %d", tt.path, tt.name, got, tt.want)
		}
	}
	for _, shown := range []http.Header{{"Version-Manager-Probe": {"secret"}}, {"Version-Manager-Preview": {"letmein"}}} {
		shown.Set("Version-Manager-Route", "preview")
		if got := getStatus(t, p.traffic, shown); got != 200 {
			t.Errorf("the preview with %v: %d", shown, got)
		}
	}
}

func getStatus(t *testing.T, url string, h http.Header) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = h
	res, err := waittest.Client(t, nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}
