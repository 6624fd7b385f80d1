package kubernetes

import (
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
)

func TestLonely(t *testing.T) {
	w := newWorld(t)
	nobody := w.target()
	if text := nobody.lonely(t.Context()); text != "" {
		t.Errorf("without an app: %s", text)
	}
	s := w.deployed()
	says := func(when, want string) {
		t.Helper()
		found := ""
		for _, text := range s.warnings(t.Context(), s.LocateCluster()) {
			if strings.Contains(text, "draining its node costs requests") {
				found = text
			}
		}
		if (found != "") != (want != "") || !strings.Contains(found, want) {
			t.Errorf("%s: %q, want %q", when, found, want)
		}
	}
	scale := func(n int) {
		t.Helper()
		w.must(s.resize(t.Context(), true, color.Blue, deploy.Spec{Replicas: n}))
	}
	follow := func(least int) {
		t.Helper()
		o, err := s.follow(color.Blue, config.Autoscale{Min: least, Max: 5, CPU: 60}, 3, nil)
		w.must(err)
		_, err = s.apply(t.Context(), o)
		w.must(err)
	}
	says("one instance", "set replicas: 2")
	scale(2)
	says("two", "")
	follow(1)
	says("pinned at three by the lock, then free", "set min: 2")
	follow(2)
	says("a lower bound of two", "")
	follow(1)
	scale(3)
	says("a person's bound of three", "")
}
