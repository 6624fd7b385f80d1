package kubernetes

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// annotationSwitch on a route says which session switched it last, and from
// which revision: somebody who lost the answer asks again.
const annotationSwitch = "version-manager.io/switch"

// noRevision is that of a route which is not there.
const noRevision = "0"

// revision of a route changes with what it says, not with its status.
func revision(route *kube.Object) string { return strconv.FormatInt(route.GetGeneration(), 10) }

// routeNow is who has the traffic, as far as the mirror knows.
func (t *Target) routeNow(ctx context.Context) (color.Color, string, error) {
	o, ok, err := t.mirror.get(ctx, "HTTPRoute", t.app)
	if err != nil || !ok {
		return color.None, noRevision, err
	}
	c, err := manifest.Pointed(o, t.app)
	return c, revision(o), err
}

// routeLive asks the API server who has the traffic.
func (t *Target) routeLive(ctx context.Context) (color.Color, error) {
	o, err := t.kube.Get(ctx, t.ref("HTTPRoute", t.app))
	if kube.IsNotFound(err) {
		return color.None, nil
	}
	if err != nil {
		return color.None, fmt.Errorf("look at the route: %w", err)
	}
	return manifest.Pointed(o, t.app)
}

// Switch implements [deploy.Session]. The route is one object and changed in
// one write; its proxies are known to have instances of the color to send
// requests to. What follows the route can be repeated.
func (s *session) Switch(ctx context.Context, c color.Color, ifRevision string) error {
	err := s.guarded(ctx, "switch to "+string(c), func(ctx context.Context) error {
		o, err := s.kube.Get(ctx, s.ref("HTTPRoute", s.app))
		if err != nil && !kube.IsNotFound(err) {
			return fmt.Errorf("look at the route: %w", err)
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		if o == nil {
			return fmt.Errorf("switch to %s: nothing was applied: %w", c, deploy.ErrRefused)
		}
		return s.turn(ctx, o, c, ifRevision)
	})
	if err != nil {
		return err
	}
	if err := s.handOver(ctx, c); err != nil {
		return fmt.Errorf("hand the autoscaler over to %s: %w", c, err)
	}
	return s.previewStandby(ctx, c.Other())
}

// turn makes a route that was read lead to color c.
func (s *session) turn(ctx context.Context, o *kube.Object, c color.Color, ifRevision string) error {
	active, err := manifest.Pointed(o, s.app)
	if err != nil {
		return err
	}
	mark := s.token + " " + ifRevision
	if active == c && o.GetAnnotations()[annotationSwitch] == mark {
		return nil
	}
	if now := revision(o); now != ifRevision {
		return fmt.Errorf("the route has revision %s, not %s: %w", now, ifRevision, deploy.ErrConflict)
	}
	if active == c {
		return nil
	}
	if err := s.canCarry(ctx, c); err != nil {
		return err
	}
	if err := s.aim(o, manifest.Route(s.routeApp(), c), c); err != nil {
		return err
	}
	annotate(o, annotationSwitch, mark)
	began := time.Now()
	o, err = s.kube.Update(ctx, o)
	if err != nil {
		return err
	}
	s.mirror.put(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switched = began
	return nil
}

// canCarry refuses a color that would answer with errors: one without a ready
// instance, or one whose instances some proxy has not heard of.
func (s *session) canCarry(ctx context.Context, c color.Color) error {
	n, err := s.readyPods(ctx, c)
	if err != nil {
		return fmt.Errorf("count the instances of %s: %w", c, err)
	}
	if n == 0 {
		return fmt.Errorf("switch to %s: no instance of it is ready: %w", c, deploy.ErrRefused)
	}
	if err := s.aimPreview(ctx, c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, knownWithin, fmt.Errorf("not within %s", knownWithin))
	defer cancel()
	if err := s.proxiesObey(ctx, s.question(ctx, s.previewHost(), c)); err != nil {
		return fmt.Errorf("switch to %s: the gateway does not reach it yet: %w: %w", c, err, deploy.ErrRefused)
	}
	return nil
}

// aim makes a route lead to color c, and brings its host names and gateway up
// to what is configured now.
func (t *Target) aim(route, want *kube.Object, c color.Color) error {
	spec, ok := route.Object["spec"].(map[string]any)
	if !ok {
		return fmt.Errorf("route %s has no spec", route.GetName())
	}
	for _, name := range []string{"hostnames", "parentRefs"} {
		value, ok := want.Object["spec"].(map[string]any)[name]
		if delete(spec, name); ok {
			spec[name] = value
		}
	}
	return manifest.Point(route, t.app, c)
}

// routeApp is the app as far as its routes depend on it, which is on no
// release.
func (t *Target) routeApp() manifest.App {
	here := t.options.Config
	here.Namespace = t.namespace
	return manifest.App{Release: release.Release{App: t.app, Config: config.App{Name: t.app, Kubernetes: here}}}
}

// ensureRoutes makes the routes where they are missing; they lead to nobody.
// A route that is there is not touched.
func (s *session) ensureRoutes(ctx context.Context) error {
	for _, o := range []*kube.Object{manifest.Route(s.routeApp(), color.None), manifest.Preview(s.routeApp(), color.None)} {
		_, err := s.kube.Get(ctx, refOf(o))
		if kube.IsNotFound(err) {
			err = s.makeRoute(ctx, o)
		}
		if err != nil {
			return fmt.Errorf("make route %s: %w", o.GetName(), err)
		}
	}
	return nil
}

// makeRoute makes a route once there is somewhere that it can lead to: a
// proxy answers 500 for a Service without slices of endpoints, and 503 for one
// with an empty slice.
func (s *session) makeRoute(ctx context.Context, o *kube.Object) error {
	if err := s.awaitSlice(ctx, manifest.Side(s.app, color.None)); err != nil {
		return err
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	made, err := s.kube.Create(ctx, o)
	if kube.IsExists(err) {
		return nil
	}
	_, err = s.noted(made, err)
	return err
}

// awaitSlice returns when a Service has a slice of endpoints, even if empty.
func (s *session) awaitSlice(ctx context.Context, service string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, sliceWithin, fmt.Errorf("service %s got no endpoint slice within %s", service, sliceWithin))
	defer cancel()
	for {
		list, err := s.kube.List(ctx, s.ref("EndpointSlice", ""), "kubernetes.io/service-name="+service)
		if err != nil || len(list) > 0 {
			return err
		}
		if err := pause(ctx, slicePause); err != nil {
			return err
		}
	}
}

const (
	sliceWithin = 10 * time.Second
	slicePause  = 20 * time.Millisecond
	knownWithin = 10 * time.Second // for a proxy to hear of instances
)

// removeRoutes takes both routes away.
func (s *session) removeRoutes(ctx context.Context) error {
	for _, name := range []string{s.app, manifest.PreviewName(s.app)} {
		if err := s.delete(ctx, "HTTPRoute", name); err != nil {
			return err
		}
	}
	return nil
}

func annotate(o *kube.Object, name, value string) {
	all := o.GetAnnotations()
	if all == nil {
		all = map[string]string{}
	}
	all[name] = value
	o.SetAnnotations(all)
}

// pause sleeps for d, or fails with why ctx ended.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
