package routes

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
)

// SwitchAnnotation on a route says which session switched it last, and from
// which revision: a caller that lost the answer asks again.
const SwitchAnnotation = "version-manager.io/switch"

const (
	// proxyUpdateTimeout bounds how long every proxy may take to learn of a
	// color's instances.
	proxyUpdateTimeout = 10 * time.Second
	// passOverOnRollback is the time after which a rollback goes on without a
	// proxy that does not answer, or not as it should.
	passOverOnRollback = 2 * time.Second
)

// NoRevision is the revision of a route that does not exist.
const NoRevision = "0"

// RouteRevision of a route changes with its specification, not with its status.
func RouteRevision(route *kube.Object) string { return strconv.FormatInt(route.GetGeneration(), 10) }

// SwitchTraffic sends all new requests to color c, provided that the route
// still has the given revision. The route is one object and changed in one
// write; its proxies are known to have instances of the color to send requests
// to. What follows the route can be repeated.
func (s *Switcher) SwitchTraffic(ctx context.Context, c color.Color, ifRevision string) error {
	err := fenced.RetryConflicts(ctx, "switch to "+string(c), func(ctx context.Context) error {
		o, err := s.out.ReadLive(ctx, "HTTPRoute", s.app.Name)
		if err != nil {
			return fmt.Errorf("read the route: %w", err)
		}
		if err := s.out.VerifyHeld(ctx); err != nil {
			return err
		}
		if o == nil {
			return s.recreateRoute(ctx, c, ifRevision)
		}
		if err := s.app.CheckOwner(o); err != nil {
			return err
		}
		if o, err = s.out.RestoreLabels(ctx, o); err != nil {
			return err
		}
		s.out.Cache().StoreWritten(o)
		if active, _ := s.app.RouteTraffic(o); active == c && ifRevision == NoRevision {
			return nil // it seemed to be gone, because the cache did not have it
		}
		return s.updateRoute(ctx, o, c, ifRevision)
	})
	if err != nil {
		return err
	}
	return s.followRoute(ctx, c)
}

// updateRoute makes a route that was read lead to color c.
func (s *Switcher) updateRoute(ctx context.Context, o *kube.Object, c color.Color, ifRevision string) error {
	active, _ := s.app.RouteTraffic(o)
	mark := s.out.LockToken() + " " + ifRevision
	if active == c && o.GetAnnotations()[SwitchAnnotation] == mark {
		return nil
	}
	if now := RouteRevision(o); now != ifRevision {
		return fmt.Errorf("the route has revision %s, expected %s: %w", now, ifRevision, deploy.ErrConflict)
	}
	if active == c {
		return nil
	}
	if err := s.checkCapacity(ctx, c); err != nil {
		return err
	}
	if err := s.pointRoute(o, s.wantedRoute(o, active, c), c); err != nil {
		return err
	}
	objects.SetAnnotation(o, SwitchAnnotation, mark)
	began := time.Now()
	if _, err := s.out.UpdateVerified(ctx, o); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switched = began
	return nil
}

// wantedRoute is the route for color c: as it is configured now, with the
// hosts that had users until now. On a rollback it is as it was, because users
// who cannot reach the app at new hosts must reach it again at the old ones.
func (s *Switcher) wantedRoute(now *kube.Object, active, c color.Color) *kube.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before[active] = now.DeepCopy()
	if was, ok := s.before[c]; ok {
		return was
	}
	want := manifest.NewRoute(s.app.RouteApp(), c)
	switch {
	case active == color.None:
	case s.env.OwnDeploy():
		keepHosts(want, configuredHosts(now))
	default: // nobody knows anymore which of them are the color's
		keepHosts(want, manifest.RouteHosts(now))
	}
	return want
}

// checkCapacity refuses a color that would answer with errors: one without a
// ready instance, or one whose instances some proxy has not heard of.
func (s *Switcher) checkCapacity(ctx context.Context, c color.Color) error {
	if err := s.checkReady(ctx, c); err != nil {
		return err
	}
	if err := s.PointPreview(ctx, c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, proxyUpdateTimeout, fmt.Errorf("not within %s", proxyUpdateTimeout))
	defer cancel()
	q := s.env.Confirmer.NewQuestion(ctx, s.app.PreviewHost(), c)
	if _, err := s.env.Confirmer.ConfirmProxies(ctx, q, s.PassOverAfter(c)); err != nil {
		return fmt.Errorf("switch to %s: the gateway does not reach it yet: %w: %w", c, err, deploy.ErrRefused)
	}
	return nil
}

// checkReady refuses a color without a ready instance, as the API server
// itself knows it.
func (s *Switcher) checkReady(ctx context.Context, c color.Color) error {
	list, err := s.app.ListPods(ctx, c)
	if err != nil {
		return fmt.Errorf("count the instances of %s: %w", c, err)
	}
	if pods.CountReady(list) == 0 {
		return fmt.Errorf("switch to %s: none of its instances is ready: %w", c, deploy.ErrRefused)
	}
	return nil
}

// recreateRoute creates a route that somebody has deleted. It leads to color c
// from the beginning: until then users get nothing but errors.
func (s *Switcher) recreateRoute(ctx context.Context, c color.Color, ifRevision string) error {
	if ifRevision != NoRevision {
		return fmt.Errorf("the route is gone: %w", deploy.ErrConflict)
	}
	if err := s.checkReady(ctx, c); err != nil {
		return err
	}
	began := time.Now()
	if _, err := s.out.CreateObject(ctx, s.routeAsBefore(c)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switched, s.followed = began, color.None
	return nil
}

// routeAsBefore is the route for color c as this session knew it, or else as
// it is configured.
func (s *Switcher) routeAsBefore(c color.Color) *kube.Object {
	want := manifest.NewRoute(s.app.RouteApp(), c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, ok := s.before[c]; ok {
		copyHosts(want, was)
	}
	return want
}

// pointRoute makes a route lead to color c, and brings its host names and
// gateway up to date.
func (s *Switcher) pointRoute(route, want *kube.Object, c color.Color) error {
	spec, ok := route.Object["spec"].(map[string]any)
	if !ok {
		return fmt.Errorf("route %s has no spec", route.GetName())
	}
	copyHosts(route, want)
	wanted := want.Object["spec"].(map[string]any)
	spec["parentRefs"] = wanted["parentRefs"]
	if manifest.PointRoute(route, s.app.Name, c) == nil {
		return nil
	}
	spec["rules"] = wanted["rules"] // others have changed the rules
	return manifest.PointRoute(route, s.app.Name, c)
}
