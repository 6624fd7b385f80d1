//go:build e2e

package kubernetes

import (
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
)

// TestPreviewTakesASecret: in a cluster anybody can send the preview's host name.
func TestPreviewTakesASecret(t *testing.T) {
	t.Parallel()
	h := newCluster(t).harness(t)
	ctx, target := t.Context(), h.Target.(*Target)
	held, err := target.AcquireLock(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	s := held.(*session)
	secret, err := s.ProbeSecret(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for c, v := range map[color.Color]string{color.Blue: "v1.0.0", color.Green: "v1.1.0"} {
		apply(t, h, s, c, v)
	}
	now, err := target.ObserveApp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SwitchRoute(ctx, color.Blue, now.Revision); err != nil {
		t.Fatal(err)
	}
	if err := s.ConfirmRoute(ctx, color.Blue); err != nil {
		t.Fatal(err)
	}
	ask := func(url string, header http.Header) (status int, named string) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		res, err := h.Client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode, res.Header.Get("Version-Manager-Color")
	}
	shown := http.Header{"Version-Manager-Probe": {secret}}
	for range 100 { // until the proxies have heard of it
		if status, _ := ask(now.Entrances.Preview+"/version", shown); status == 200 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, tt := range []struct {
		name, url string
		header    http.Header
		status    int
		named     string
	}{
		{"the preview", now.Entrances.Preview + "/version", http.Header{}, 403, ""},
		{"with a guess", now.Entrances.Preview + "/version", http.Header{"Version-Manager-Probe": {"1"}}, 403, ""},
		{"with the secret", now.Entrances.Preview + "/version", shown, 200, "green"},
		{"the public", now.Entrances.Public[0] + "/version", http.Header{"Version-Manager-Probe": {"1"}}, 200, ""},
		{"the public with the mark", now.Entrances.Public[0] + "/version", http.Header{"Version-Manager-Route": {"preview"}}, 403, ""},
		{"the probe", now.Entrances.Public[0] + "/version", shown, 200, "blue"},
		{"metrics", now.Entrances.Public[0] + "/metrics", http.Header{}, 404, ""},
	} {
		if status, named := ask(tt.url, tt.header); status != tt.status || named != tt.named {
			t.Errorf("%s: %d from %q, want %d from %q", tt.name, status, named, tt.status, tt.named)
		}
	}
	seesClients(t, target, now.Entrances.Public[0])
	if err := s.RemoveApp(ctx); err != nil {
		t.Error(err)
	}
}

// seesClients: two clients that reach a Traefik without kube-proxy in between
// are two to the app, whatever they claim to be.
func seesClients(t *testing.T, target *Target, public string) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	g, err := target.gateway.ReadState(ctx, 0)
	if err != nil || len(g.Proxies) == 0 {
		t.Fatalf("%d proxies, %v", len(g.Proxies), err)
	}
	nodes, err := exec.CommandContext(ctx, "sh", "-c", "cd /var/lib/version-manager/cluster/run/ns && ls *.net").Output()
	if err != nil {
		t.Skip("no nodes of ours to ask from")
	}
	host := strings.TrimPrefix(public, "http://")
	seen := map[string]bool{}
	for node := range strings.FieldsSeq(string(nodes)) {
		out, err := exec.CommandContext(ctx, "nsenter", "--net=/var/lib/version-manager/cluster/run/ns/"+node, "curl", "-sS", "-H", "Host: "+host,
			"-H", "X-Forwarded-For: 192.0.2.77", "http://"+g.Proxies[0].Status.PodIP+":8000/client").CombinedOutput()
		t.Logf("%s: %s, %v", node, strings.TrimSpace(string(out)), err)
		if strings.Contains(string(out), "192.0.2.77") {
			t.Errorf("the app believed %s: %s", node, out)
		}
		seen[string(out)] = true
	}
	if len(seen) < 2 {
		t.Errorf("the clients look alike: %v", seen)
	}
}
