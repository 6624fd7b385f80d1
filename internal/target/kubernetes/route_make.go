package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	sliceWithin = 10 * time.Second // for a Service to get its first slice of endpoints
	slicePause  = 20 * time.Millisecond
)

// ensurePreview makes the preview's route where it is missing, leading to nobody.
func (s *session) ensurePreview(ctx context.Context) error {
	if err := s.makeRoute(ctx, manifest.Preview(s.app.RouteApp(), color.None)); err != nil {
		return fmt.Errorf("make route %s: %w", s.app.PreviewName(), err)
	}
	return nil
}

// ensureRoutes makes the routes where they are missing; they lead to nobody.
// A route that is there is not touched.
func (s *session) ensureRoutes(ctx context.Context) error {
	for _, o := range []*kube.Object{manifest.Route(s.app.RouteApp(), color.None), manifest.Preview(s.app.RouteApp(), color.None)} {
		have, err := s.app.Kube.Get(ctx, objects.RefOf(o))
		switch {
		case kube.IsNotFound(err):
			err = s.makeRoute(ctx, o)
		case err == nil:
			err = s.app.CheckOwner(have)
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
	if err := s.awaitSlice(ctx, s.app.ColorName(color.None)); err != nil {
		return err
	}
	if err := s.checkRivals(ctx); err != nil {
		return err
	}
	made, err := s.createOnly(ctx, o)
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
		list, err := s.app.Kube.List(ctx, s.app.ObjectRef("EndpointSlice", ""), "kubernetes.io/service-name="+service)
		if err != nil || len(list) > 0 {
			return err
		}
		if err := wait.SleepContext(ctx, slicePause); err != nil {
			return err
		}
	}
}

// removeRoutes takes both routes away.
func (s *session) removeRoutes(ctx context.Context) error {
	for _, name := range []string{s.app.Name, s.app.PreviewName()} {
		if err := s.delete(ctx, "HTTPRoute", name); err != nil {
			return err
		}
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
	copyHosts(route, want)
	wanted := want.Object["spec"].(map[string]any)
	spec["parentRefs"] = wanted["parentRefs"]
	if manifest.Point(route, t.app.Name, c) == nil {
		return nil
	}
	spec["rules"] = wanted["rules"] // others have made something else of it
	return manifest.Point(route, t.app.Name, c)
}
