package kubernetes

import (
	"errors"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

func (w *world) preview() color.Color {
	w.Helper()
	c, err := manifest.Pointed(w.get("HTTPRoute", "shop-preview"), "shop")
	w.must(err)
	return c
}

// deployed is a session of an app with both colors, of which blue is active.
func (w *world) deployed() *session {
	w.Helper()
	w.run(color.Blue)
	s := w.lock(w.target(), "ada")
	s.begins()
	w.must(s.ensureRoutes(w.Context()))
	w.must(s.aimPreview(w.Context(), color.Blue))
	w.must(s.Switch(w.Context(), color.Blue, "1"))
	w.run(color.Green)
	w.must(s.aimPreview(w.Context(), color.Green))
	return s
}

func routeNow(t *testing.T, s *session) (color.Color, string, error) {
	var o deploy.Observed
	err := s.observeRoute(t.Context(), &o)
	return o.Active, o.Revision, err
}

func TestRoutesLeadToNobodyAtFirst(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	if c, revision, err := routeNow(t, s); c != color.None || revision != "0" || err != nil {
		t.Errorf("without a route: %q, %s, %v", c, revision, err)
	}
	w.must(s.ensureRoutes(t.Context()))
	if w.active() != color.None || w.preview() != color.None {
		t.Errorf("new routes lead to %q and %q", w.active(), w.preview())
	}
	w.must(s.ensureRoutes(t.Context()))
	if c, revision, err := routeNow(t, s); c != color.None || revision != "1" || err != nil {
		t.Errorf("with a new route: %q, %s, %v", c, revision, err)
	}
	w.must(s.removeRoutes(t.Context()))
	w.must(s.removeRoutes(t.Context()))
	if w.get("HTTPRoute", "shop") != nil || w.get("HTTPRoute", "shop-preview") != nil {
		t.Error("a route is left")
	}
}

func TestSwitch(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	ctx := t.Context()
	before := revision(w.get("HTTPRoute", "shop"))
	if err := s.Switch(ctx, color.Green, before+"0"); !errors.Is(err, deploy.ErrConflict) {
		t.Errorf("switch with another revision = %v, want ErrConflict", err)
	}
	w.must(s.Switch(ctx, color.Green, before))
	after := revision(w.get("HTTPRoute", "shop"))
	w.must(s.Switch(ctx, color.Green, before)) // whoever lost the answer asks again
	if w.active() != color.Green || w.preview() != color.Blue || revision(w.get("HTTPRoute", "shop")) != after || after == before {
		t.Errorf("active %q, preview %q, revision %s after %s", w.active(), w.preview(), after, before)
	}
	if err := s.Switch(ctx, color.Blue, before); !errors.Is(err, deploy.ErrConflict) {
		t.Errorf("switch with an old revision = %v, want ErrConflict", err)
	}
	refs := w.get("HTTPRoute", "shop").Object["spec"].(map[string]any)["rules"].([]any)[0].(map[string]any)["backendRefs"].([]any)
	if len(refs) != 1 {
		t.Errorf("the route has %d backends: %v", len(refs), refs)
	}
	w.must(s.Confirm(ctx, color.Green))
}

func TestSwitchRefusesWhoCannotAnswer(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	now := revision(w.get("HTTPRoute", "shop"))
	pod := w.get("Pod", "shop-green-1")
	w.must(s.app.Kube.Delete(t.Context(), objects.RefOf(pod)))
	if err := s.Switch(t.Context(), color.Green, now); !errors.Is(err, deploy.ErrRefused) || w.active() != color.Blue {
		t.Errorf("switch to a color without pods = %v, active %q", err, w.active())
	}
	w.must(s.forgetPreview(t.Context(), 0))
	w.must(s.removeRoutes(t.Context()))
	if err := s.Switch(t.Context(), color.Green, "0"); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("switch without a route = %v", err)
	}
}

// A first deploy that brought no image fails before there are routes.
func TestRetireWithoutRoutes(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	for range 2 {
		w.must(s.Retire(t.Context(), color.Blue))
	}
}

// A process may die when the route is written and nothing else is yet: whoever
// goes on finds the route as it shall be, and only confirms.
func TestConfirmBringsAlongWhatGoesWithTheTraffic(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.must(s.aimPreview(t.Context(), color.Green))
	o := w.get("HTTPRoute", "shop")
	w.must(s.turn(t.Context(), o, color.Green, revision(o)))
	if w.active() != color.Green || w.preview() != color.Green {
		t.Fatalf("active %q, preview %q", w.active(), w.preview())
	}
	w.must(s.Confirm(t.Context(), color.Green))
	if w.preview() != color.Blue {
		t.Errorf("the preview leads to %q", w.preview())
	}
}

// Somebody else writes to the route in the middle of a switch: a mere note is
// nothing, another destination is a conflict.
func TestSwitchRaces(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*world)
		want   error
		active color.Color
	}{
		"a note": {func(w *world) {
			o := w.get("HTTPRoute", "shop")
			objects.SetAnnotation(o, "note", "x")
			w.server.Put(o)
		}, nil, color.Green},
		"another destination": {func(w *world) {
			o := w.get("HTTPRoute", "shop")
			w.must(manifest.Point(o, "shop", color.None))
			w.server.Put(o)
		}, deploy.ErrConflict, color.None},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.deployed()
			now := revision(w.get("HTTPRoute", "shop"))
			w.server.Before(func(r kubetest.Request) {
				if r.Method == "PUT" && r.Resource == "httproutes" && r.Name == "shop" {
					w.server.Before(nil)
					tt.change(w)
				}
			})
			if err := s.Switch(t.Context(), color.Green, now); !errors.Is(err, tt.want) || w.active() != tt.active {
				t.Errorf("Switch = %v, active %q", err, w.active())
			}
		})
	}
}

// A proxy that has not heard of the new color's pods would answer 503.
func TestSwitchWaitsUntilProxiesKnowTheColor(t *testing.T) {
	w := newWorld(t)
	w.proxy("traefik-2")
	s := w.deployed()
	w.traefik.lag["traefik-2"] = 300 * time.Millisecond
	began := time.Now()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("switched after %v", took)
	}
}
