package routes

import (
	"errors"
	"slices"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

func TestPassOverAfter(t *testing.T) {
	for name, tt := range map[string]struct {
		own, known bool
		want       time.Duration
	}{
		"the way there":                 {true, false, 0},
		"the rollback":                  {true, true, passOverOnRollback},
		"somebody else's deploy":        {false, false, passOverOnRollback},
		"somebody else's, and way back": {false, true, passOverOnRollback},
	} {
		s := &session{own: tt.own}
		s.Switcher = &Switcher{before: map[color.Color]*kube.Object{}, env: Environment{OwnDeploy: func() bool { return s.own }}}
		if tt.known {
			s.before[color.Green] = &kube.Object{}
		}
		if got := s.PassOverAfter(color.Green); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if s.own && s.PassOverAfter(color.Blue) != 0 {
			t.Errorf("%s: the other color is passed over too", name)
		}
	}
}

// What goes with the traffic follows once per switch.
func TestWhatFollowsTheTraffic(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	w.Must(s.SwitchTraffic(t.Context(), color.Blue, w.revision()))
	if want := []color.Color{color.Blue, color.Green, color.Blue}; !slices.Equal(s.handedTo, want) {
		t.Errorf("followed to %v, want %v", s.handedTo, want)
	}
}

// A switch to the color that has the traffic already writes nothing.
func TestSwitchToTheActiveColor(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.ChangeObject("HTTPRoute", "shop", func(o *kube.Object) { objects.SetAnnotation(o, SwitchAnnotation, "somebody 1") })
	writes := 0
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method != "GET" && r.Resource == "httproutes" && r.Name == "shop" {
			writes++
		}
	})
	now := w.revision()
	w.Must(s.SwitchTraffic(t.Context(), color.Blue, now))
	w.Must(s.SwitchTraffic(t.Context(), color.Blue, NoRevision)) // it seemed to be gone
	if writes != 0 || w.revision() != now {
		t.Errorf("%d writes, revision %s after %s", writes, w.revision(), now)
	}
	if err := s.SwitchTraffic(t.Context(), color.Blue, now+"0"); !errors.Is(err, deploy.ErrConflict) {
		t.Errorf("another revision = %v", err)
	}
}

// A route that is gone is created again only for a caller that knows.
func TestDeletedRoute(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	now := w.revision()
	w.DeleteObject("HTTPRoute", "shop")
	if err := s.SwitchTraffic(t.Context(), color.Green, now); !errors.Is(err, deploy.ErrConflict) || w.GetObject("HTTPRoute", "shop") != nil {
		t.Errorf("switch of a deleted route = %v", err)
	}
	w.Must(s.SwitchTraffic(t.Context(), color.Green, NoRevision))
	if w.active() != color.Green {
		t.Errorf("%q has the traffic", w.active())
	}
	if want := color.Green; s.handedTo[len(s.handedTo)-1] != want {
		t.Errorf("what goes with the traffic is at %v", s.handedTo)
	}
}

// The route of a color comes back with the hosts that it had.
func TestRecreatedRouteHasItsHosts(t *testing.T) {
	w := newWorld(t)
	w.Config.Hosts = []string{"a.example"}
	s := w.deployed()
	s.app.Config.Hosts = []string{"b.example"}
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.DeleteObject("HTTPRoute", "shop")
	w.Must(s.SwitchTraffic(t.Context(), color.Blue, NoRevision))
	if hosts := manifest.RouteHosts(w.GetObject("HTTPRoute", "shop")); !slices.Equal(hosts, []string{"a.example"}) {
		t.Errorf("hosts %v", hosts)
	}
}

// A paused holder's switch has no effect, and a route that lost its labels is
// switched all the same.
func TestSwitchOfAPausedHolder(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	now := w.revision()
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "PUT" && r.Resource == "httproutes" && r.Name == "shop" {
			w.Server.BeforeRequest(nil)
			w.takeOver()
		}
	})
	if err := s.SwitchTraffic(t.Context(), color.Green, now); !errors.Is(err, deploy.ErrFenced) || w.active() != color.Blue {
		t.Errorf("switch = %v, %q has the traffic", err, w.active())
	}
}

func TestSwitchRestoresLabels(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.ChangeObject("HTTPRoute", "shop", func(o *kube.Object) { o.SetLabels(nil) })
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	if o := w.GetObject("HTTPRoute", "shop"); w.active() != color.Green || o.GetLabels()[manifest.ManagedLabel] != kube.FieldManager {
		t.Errorf("%q has the traffic, labels %v", w.active(), o.GetLabels())
	}
	w.ChangeObject("HTTPRoute", "shop", func(o *kube.Object) { o.SetLabels(nil); o.SetManagedFields(nil) })
}

// Rules that others have changed are replaced.
func TestPointRouteReplacesDamagedRules(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.ChangeObject("HTTPRoute", "shop", func(o *kube.Object) { o.Object["spec"].(map[string]any)["rules"] = []any{} })
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	if w.active() != color.Green {
		t.Errorf("%q has the traffic", w.active())
	}
	if err := s.pointRoute(&kube.Object{Object: map[string]any{}}, &kube.Object{}, color.Blue); err == nil {
		t.Error("a route without a spec was pointed")
	}
}

func TestRepairRoutes(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	repair := func(c color.Color, want ...string) {
		t.Helper()
		created, err := s.RepairRoutes(t.Context(), c)
		if err != nil || !slices.Equal(created, want) {
			t.Errorf("created %v, %v, want %v", created, err, want)
		}
	}
	repair(color.Blue)
	w.DeleteObject("HTTPRoute", "shop-preview")
	repair(color.Green, "HTTPRoute/shop-preview")
	if w.preview() != color.Green {
		t.Errorf("the preview leads to %q", w.preview())
	}
	w.DeleteObject("Deployment", "shop-green")
	repair(color.Blue)
	if w.preview() != color.None {
		t.Errorf("the preview leads to %q, which runs nothing", w.preview())
	}
}

func TestPropagations(t *testing.T) {
	long := make([]int64, 0, maxPropagations+1)
	for i := range maxPropagations + 1 {
		long = append(long, int64(i))
	}
	for n, first := range map[int]int64{1: 0, maxPropagations: 0, maxPropagations + 1: 1} {
		if got := lastPropagations(long[:n]); len(got) != min(n, maxPropagations) || got[0] != first {
			t.Errorf("of %d kept %v", n, got)
		}
	}
	for text, want := range map[string]time.Duration{"[3,1200,40]": 1200 * time.Millisecond, "[]": 0, "": 0, "scribbling": 0} {
		if got := longestPropagation(text); got != want {
			t.Errorf("longest of %q is %v, want %v", text, got, want)
		}
	}
}

func TestSleepTime(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(world)
		want  time.Duration
	}{
		"nothing measured": {func(world) {}, manifest.SleepTime(100*time.Millisecond, 0)},
		"measured":         {func(w world) { w.setPropagation("[9000]") }, manifest.SleepTime(100*time.Millisecond, 9*time.Second)},
		"no proxy to be seen": {func(w world) {
			w.Must(w.Client().DeleteObject(t.Context(), kube.Ref{Kind: "Pod", Namespace: "traefik", Name: "traefik-1"}))
		}, manifest.DefaultSleep},
		"no gateway": {func(w world) { w.setPropagation("[9000]"); w.Server.ForgetResource("gateways") }, manifest.DefaultSleep},
	} {
		w := newWorld(t)
		s := w.lock("ada")
		tt.spoil(w)
		if got := SleepTime(t.Context(), s.app, s.gateway); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func (w world) setPropagation(text string) {
	w.ChangeObject("ConfigMap", "shop", func(o *kube.Object) { w.Must(objects.SetTextField(o, text, "data", propagationKey)) })
}

// Only the switch of this session is measured, and only once.
func TestRecordPropagation(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	kept := func() string { return objects.TextField(w.GetObject("ConfigMap", "shop"), "data", propagationKey) }
	s.switched = time.Time{}
	w.Must(s.recordPropagation(t.Context()))
	if kept() != "" {
		t.Errorf("kept %s without a switch", kept())
	}
	s.switched = time.Now().Add(-3 * time.Second)
	for range 2 {
		w.Must(s.recordPropagation(t.Context()))
	}
	if took := longestPropagation(kept()); took < 3*time.Second || took > 20*time.Second || len(parseMillis(kept())) != 1 {
		t.Errorf("kept %s", kept())
	}
}
