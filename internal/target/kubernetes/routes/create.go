package routes

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
	sliceTimeout  = 10 * time.Second // for a Service to get its first slice of endpoints
	sliceInterval = 20 * time.Millisecond
)

// EnsureRoutes creates the routes where they are missing; they lead to nobody.
// A route that exists is not touched.
func (s *Switcher) EnsureRoutes(ctx context.Context) error {
	for _, o := range []*kube.Object{manifest.NewRoute(s.app.RouteApp(), color.None), manifest.NewPreview(s.app.RouteApp(), color.None)} {
		have, err := s.app.Kube.GetObject(ctx, objects.RefOf(o))
		switch {
		case kube.IsNotFound(err):
			err = s.createRoute(ctx, o)
		case err == nil:
			err = s.app.CheckOwner(have)
		}
		if err != nil {
			return fmt.Errorf("create route %s: %w", o.GetName(), err)
		}
	}
	return nil
}

// createPreview creates the preview's route, leading to nobody.
func (s *Switcher) createPreview(ctx context.Context) error {
	if err := s.createRoute(ctx, manifest.NewPreview(s.app.RouteApp(), color.None)); err != nil {
		return fmt.Errorf("create route %s: %w", s.app.PreviewName(), err)
	}
	return nil
}

// createRoute creates a route once there is something that it can lead to: a
// proxy answers 500 for a Service without slices of endpoints, and 503 for one
// with an empty slice.
func (s *Switcher) createRoute(ctx context.Context, o *kube.Object) error {
	if err := s.awaitSlice(ctx, s.app.ColorName(color.None)); err != nil {
		return err
	}
	if err := s.env.Neighbors.CheckOverlap(ctx); err != nil {
		return err
	}
	_, err := s.out.CreateObject(ctx, o)
	if kube.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// awaitSlice returns when a Service has a slice of endpoints, even an empty
// one.
func (s *Switcher) awaitSlice(ctx context.Context, service string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, sliceTimeout, fmt.Errorf("service %s has no endpoint slice after %s", service, sliceTimeout))
	defer cancel()
	return wait.PollUntil(ctx, sliceInterval, func(ctx context.Context) (bool, error) {
		list, err := s.app.Kube.ListObjects(ctx, s.app.ObjectRef("EndpointSlice", ""), "kubernetes.io/service-name="+service)
		return len(list) > 0, err
	})
}

// RemoveRoutes deletes both routes.
func (s *Switcher) RemoveRoutes(ctx context.Context) error {
	for _, name := range []string{s.app.Name, s.app.PreviewName()} {
		if err := s.out.DeleteObject(ctx, "HTTPRoute", name); err != nil {
			return err
		}
	}
	return nil
}

// RepairRoutes creates the preview's route and what follows the traffic again
// for color c, and returns the names of what was missing. Which color has the
// traffic is for SwitchTraffic to decide, which creates the public route.
func (s *Switcher) RepairRoutes(ctx context.Context, c color.Color) (created []string, err error) {
	o, err := s.out.ReadLive(ctx, "HTTPRoute", s.app.PreviewName())
	if err != nil {
		return nil, fmt.Errorf("read the preview's route: %w", err)
	}
	if o == nil {
		if err := s.createPreview(ctx); err != nil {
			return nil, err
		}
		created = append(created, "HTTPRoute/"+s.app.PreviewName())
	}
	active, err := s.app.ReadTraffic(ctx)
	if err != nil {
		return created, err
	}
	if active != c {
		return created, s.previewStandby(ctx, c)
	}
	scaler, err := s.app.ReadScaler(ctx)
	if err != nil {
		return created, err
	}
	if err := s.env.FollowTraffic(ctx, c); err != nil {
		return created, err
	}
	if again, err := s.app.ReadScaler(ctx); err == nil && scaler == nil && again != nil {
		created = append(created, "HorizontalPodAutoscaler/"+s.app.Name)
	}
	return created, s.previewStandby(ctx, c.Other())
}
