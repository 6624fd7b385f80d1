package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

const (
	sliceWithin = 10 * time.Second // for a Service to get its first slice of endpoints
	slicePause  = 20 * time.Millisecond
)

// ensurePreview makes the preview's route where it is missing, leading to nobody.
func (s *session) ensurePreview(ctx context.Context) error {
	if err := s.makeRoute(ctx, manifest.Preview(s.routeApp(), color.None)); err != nil {
		return fmt.Errorf("make route %s: %w", manifest.PreviewName(s.app), err)
	}
	return nil
}

// ensureRoutes makes the routes where they are missing; they lead to nobody.
// A route that is there is not touched.
func (s *session) ensureRoutes(ctx context.Context) error {
	for _, o := range []*kube.Object{manifest.Route(s.routeApp(), color.None), manifest.Preview(s.routeApp(), color.None)} {
		have, err := s.kube.Get(ctx, refOf(o))
		switch {
		case kube.IsNotFound(err):
			err = s.makeRoute(ctx, o)
		case err == nil:
			err = s.spare(have)
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
		list, err := s.kube.List(ctx, s.ref("EndpointSlice", ""), "kubernetes.io/service-name="+service)
		if err != nil || len(list) > 0 {
			return err
		}
		if err := wait.For(ctx, slicePause); err != nil {
			return err
		}
	}
}

// removeRoutes takes both routes away.
func (s *session) removeRoutes(ctx context.Context) error {
	for _, name := range []string{s.app, manifest.PreviewName(s.app)} {
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
	if manifest.Point(route, t.app, c) == nil {
		return nil
	}
	spec["rules"] = wanted["rules"] // others have made something else of it
	return manifest.Point(route, t.app, c)
}

// routeApp is the app as far as its routes depend on it, which is on no
// release.
func (t *Target) routeApp() manifest.App {
	here := t.options.Config
	here.Namespace = t.namespace
	return manifest.App{Release: release.Release{App: t.app, Config: config.App{Name: t.app, Kubernetes: here}}}
}

func annotate(o *kube.Object, name, value string) {
	all := o.GetAnnotations()
	if all == nil {
		all = map[string]string{}
	}
	all[name] = value
	o.SetAnnotations(all)
}
