package appcmd

import (
	"maps"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// TestResumeKeepsSecrets: instances that run already are never replaced for a
// secret that is not set where the deploy goes on.
func TestResumeKeepsSecrets(t *testing.T) {
	rel := release.Release{Version: "v1.1.0", Image: "sha256:a", Config: config.App{Secrets: []string{"TOKEN", "OTHER"}}}
	both, one := map[string]string{"TOKEN": "a", "OTHER": "b"}, map[string]string{"TOKEN": "a"}
	started := deploy.Side{Version: "v1.1.0", Image: "sha256:a"}
	older := deploy.Side{Version: "v1.0.0", Image: "sha256:a"}
	for _, tt := range []struct {
		name  string
		phase deploy.Phase
		green deploy.Side
		env   map[string]string
		want  map[string]string
		note  string
	}{
		{"all are set", deploy.Gating, started, both, both, ""},
		{"started, and one is not set", deploy.Gating, started, one, nil, "not set in the environment: OTHER; v1.1.0 on green keeps"},
		{"started, and none is set", deploy.Preparing, started, nil, nil, "TOKEN, OTHER; v1.1.0 on green keeps"},
		{"not started", deploy.Preparing, deploy.Side{}, one, one, "the app will not receive: OTHER"},
		{"another version is still there", deploy.Planned, older, one, one, "the app will not receive: OTHER"},
		{"nothing is started after that", deploy.Baking, started, nil, nil, ""},
	} {
		getenv := func(name string) string { return tt.env[name] }
		run := deploy.Run{Phase: tt.phase, Plan: deploy.Plan{Release: rel, New: color.Green}}
		now := deploy.Observed{Colors: map[color.Color]deploy.Side{color.Green: tt.green}}
		got, notes := secretsToStart(getenv, run, now)
		said := strings.Join(notes, "\n")
		if !maps.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if said == "" != (tt.note == "") || !strings.Contains(said, tt.note) {
			t.Errorf("%s: said %q, want %q", tt.name, said, tt.note)
		}
	}
}
