package routes

import (
	"context"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/clustertest"
	"version-manager/internal/target/kubernetes/entrances"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/sidecars"
)

// world is a cluster in memory in which traffic is switched.
type world struct{ *clustertest.World }

func newWorld(t *testing.T) world { return world{clustertest.NewWorld(t)} }

// session is a switcher with its lock.
type session struct {
	*Switcher
	gateway  *gateway.Reader
	own      bool          // it began the deploy that it works for
	handedTo []color.Color // what goes with the traffic
}

// lock takes the lock by a process of its own, as the target does.
func (w world) lock(holder string) *session {
	w.Helper()
	app := w.OpenApp()
	c := cache.NewStore(app)
	w.Cleanup(c.Close)
	l, clean, err := fenced.NewLocker(app, c).TakeLock(w.Context(), holder)
	w.Must(err)
	out := fenced.NewWriter(l)
	w.Must(out.EnsureAnchor(w.Context()))
	w.Must(out.NoteTerm(w.Context()))
	if !clean {
		w.Must(out.StampObjects(w.Context()))
	}
	s := &session{gateway: gateway.NewReader(app)}
	s.Switcher = NewSwitcher(out, Environment{
		Confirmer: gateway.NewConfirmer(app, s.gateway, c, sidecars.NewProbeSecret(app, "")),
		Entrances: entrances.NewFinder(app, c, s.gateway, w.Network),
		Neighbors: NewNeighbors(app),
		FollowTraffic: func(_ context.Context, c color.Color) error {
			s.handedTo = append(s.handedTo, c)
			return nil
		},
		OwnDeploy: func() bool { return s.own },
	})
	return s
}

// deployed is a session of an app with both colors, of which blue is active.
func (w world) deployed() *session {
	w.Helper()
	w.PutColor(color.Blue)
	s := w.lock("ada")
	s.own = true
	w.Must(s.EnsureRoutes(w.Context()))
	w.Must(s.PointPreview(w.Context(), color.Blue))
	w.Must(s.SwitchTraffic(w.Context(), color.Blue, "1"))
	w.PutColor(color.Green)
	w.Must(s.PointPreview(w.Context(), color.Green))
	return s
}

// unlock releases the lock.
func (s *session) unlock(w world) { w.Must(s.out.ReleaseLease(w.Context())) }

// takeOver lets the lock of a holder on another machine expire and bob take
// it.
func (w world) takeOver() *session {
	w.Helper()
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		objects.SetAnnotation(o, fenced.ProcessAnnotation, `{"pid": 4711, "start": "1", "world": "another"}`)
	})
	w.Server.AdvanceClock(17 * time.Second)
	return w.lock("bob")
}

// revision is that of the public route now.
func (w world) revision() string { return RouteRevision(w.GetObject("HTTPRoute", "shop")) }

// active is the color to which the public route leads.
func (w world) active() color.Color {
	w.Helper()
	c, err := manifest.PointedColor(w.GetObject("HTTPRoute", "shop"), "shop")
	w.Must(err)
	return c
}

// preview is the color to which the preview's route leads.
func (w world) preview() color.Color {
	w.Helper()
	c, err := manifest.PointedColor(w.GetObject("HTTPRoute", "shop-preview"), "shop")
	w.Must(err)
	return c
}

// routeNow is what the cache knows of the public route.
func (w world) routeNow(s *session) (color.Color, string) {
	w.Helper()
	var o deploy.Observed
	w.Must(ObserveRoute(w.Context(), s.app, s.out.Cache(), &o))
	return o.Active, o.Revision
}

// useEntrance makes the first Traefik pod's own address the public one.
func (w world) useEntrance() {
	w.Config.Entrances = []string{w.Traefik.PodServer("traefik-1").URL}
}
