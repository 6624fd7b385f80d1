package routes

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

func TestRoutesLeadToNobodyAtFirst(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	if c, revision := w.routeNow(s); c != color.None || revision != "0" {
		t.Errorf("without a route: %q, %s", c, revision)
	}
	w.Must(s.EnsureRoutes(t.Context()))
	if w.active() != color.None || w.preview() != color.None {
		t.Errorf("new routes lead to %q and %q", w.active(), w.preview())
	}
	w.Must(s.EnsureRoutes(t.Context()))
	if c, revision := w.routeNow(s); c != color.None || revision != "1" {
		t.Errorf("with a new route: %q, %s", c, revision)
	}
	w.Must(s.RemoveRoutes(t.Context()))
	w.Must(s.RemoveRoutes(t.Context()))
	if w.GetObject("HTTPRoute", "shop") != nil || w.GetObject("HTTPRoute", "shop-preview") != nil {
		t.Error("a route is left")
	}
}

func TestSwitch(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	ctx := t.Context()
	before := w.revision()
	if err := s.SwitchTraffic(ctx, color.Green, before+"0"); !errors.Is(err, deploy.ErrConflict) {
		t.Errorf("switch with another revision = %v, want ErrConflict", err)
	}
	w.Must(s.SwitchTraffic(ctx, color.Green, before))
	after := w.revision()
	w.Must(s.SwitchTraffic(ctx, color.Green, before)) // anyone who lost the answer asks again
	if w.active() != color.Green || w.preview() != color.Blue || w.revision() != after || after == before {
		t.Errorf("active %q, preview %q, revision %s after %s", w.active(), w.preview(), after, before)
	}
	if err := s.SwitchTraffic(ctx, color.Blue, before); !errors.Is(err, deploy.ErrConflict) {
		t.Errorf("switch with an old revision = %v, want ErrConflict", err)
	}
	refs := w.GetObject("HTTPRoute", "shop").Object["spec"].(map[string]any)["rules"].([]any)[0].(map[string]any)["backendRefs"].([]any)
	if len(refs) != 1 {
		t.Errorf("the route has %d backends: %v", len(refs), refs)
	}
	w.Must(s.ConfirmTraffic(ctx, color.Green))
}

func TestSwitchRefusesWhoCannotAnswer(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	now := w.revision()
	pod := w.GetObject("Pod", "shop-green-1")
	w.Must(s.app.Kube.DeleteObject(t.Context(), objects.RefOf(pod)))
	if err := s.SwitchTraffic(t.Context(), color.Green, now); !errors.Is(err, deploy.ErrRefused) || w.active() != color.Blue {
		t.Errorf("switch to a color without pods = %v, active %q", err, w.active())
	}
	w.Must(s.ClearPreview(t.Context(), 0))
	w.Must(s.RemoveRoutes(t.Context()))
	if err := s.SwitchTraffic(t.Context(), color.Green, "0"); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("switch without a route = %v", err)
	}
}

// A process may die when the route is written and nothing else is yet: anyone who
// continues finds the route switched, and only confirms.
func TestConfirmBringsAlongWhatGoesWithTheTraffic(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.Must(s.PointPreview(t.Context(), color.Green))
	o := w.GetObject("HTTPRoute", "shop")
	w.Must(s.updateRoute(t.Context(), o, color.Green, RouteRevision(o)))
	if w.active() != color.Green || w.preview() != color.Green {
		t.Fatalf("active %q, preview %q", w.active(), w.preview())
	}
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	if w.preview() != color.Blue {
		t.Errorf("the preview leads to %q", w.preview())
	}
}

// Somebody else writes to the route in the middle of a switch: a mere note is
// nothing, another destination is a conflict.
func TestSwitchRaces(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(world)
		want   error
		active color.Color
	}{
		"a note": {func(w world) {
			o := w.GetObject("HTTPRoute", "shop")
			objects.SetAnnotation(o, "note", "x")
			w.Server.PutObject(o)
		}, nil, color.Green},
		"another destination": {func(w world) {
			o := w.GetObject("HTTPRoute", "shop")
			w.Must(manifest.PointRoute(o, "shop", color.None))
			w.Server.PutObject(o)
		}, deploy.ErrConflict, color.None},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.deployed()
			now := w.revision()
			w.Server.BeforeRequest(func(r kubetest.Request) {
				if r.Method == "PUT" && r.Resource == "httproutes" && r.Name == "shop" {
					w.Server.BeforeRequest(nil)
					tt.change(w)
				}
			})
			if err := s.SwitchTraffic(t.Context(), color.Green, now); !errors.Is(err, tt.want) || w.active() != tt.active {
				t.Errorf("Switch = %v, active %q", err, w.active())
			}
		})
	}
}

// A proxy that has not heard of the new color's pods would answer 503.
func TestSwitchWaitsUntilProxiesKnowTheColor(t *testing.T) {
	w := newWorld(t)
	w.PutProxy("traefik-2")
	s := w.deployed()
	w.Traefik.SetLag("traefik-2", 300*time.Millisecond)
	began := time.Now()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	if took := time.Since(began); took < 300*time.Millisecond {
		t.Errorf("switched after %v", took)
	}
}
