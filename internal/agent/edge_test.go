package agent

import (
	"testing"

	"version-manager/internal/config"
)

// TestPublic decides whether the preview needs a secret: it does as soon as
// another machine can connect.
func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"":                 false,
		"localhost":        false,
		"127.0.0.1":        false,
		"127.255.255.254":  false,
		"::1":              false,
		"::ffff:127.0.0.1": false,
		"128.0.0.1":        true,
		"126.255.255.255":  true,
		"0.0.0.0":          true,
		"::":               true,
		"192.0.2.1":        true,
		"example.com":      true,
		"localhost.evil":   true,
	} {
		edge := edgeOf(config.Local{Address: address})
		rules := appState{Edge: edge}.proxyRules(keys{Probe: "p", Preview: "q"})
		if edge.Public != want || rules.Guarded != want {
			t.Errorf("%q: public %t, guarded %t, want %t", address, edge.Public, rules.Guarded, want)
		}
		if rules.Secret != "p" || rules.PreviewSecret != "q" {
			t.Errorf("%q: secrets %q and %q", address, rules.Secret, rules.PreviewSecret)
		}
	}
}

func TestProxyRules(t *testing.T) {
	s := appState{Preview: "preview.localhost", Edge: edgeOf(config.Local{
		Trusted: []string{"192.0.2.0/24"}, Underscores: true, Limits: config.Limits{Requests: 1, Uploads: 2, WebSockets: 3, PerClient: 4},
	})}
	got := s.proxyRules(keys{})
	if got.Preview != "preview.localhost" || len(got.Trusted) != 1 || got.Trusted[0].String() != "192.0.2.0/24" || !got.Underscores {
		t.Errorf("%+v", got)
	}
	if l := got.Limits; l.Requests != 1 || l.Uploads != 2 || l.Tunnels != 3 || l.PerClient != 4 {
		t.Errorf("limits %+v", l)
	}
}
