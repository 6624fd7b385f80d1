package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// observeRoute is who has the traffic, as far as the mirror knows, and who
// decided that.
func (t *Target) observeRoute(ctx context.Context, o *deploy.Observed) error {
	route, ok, err := t.cache.FindObject(ctx, "HTTPRoute", t.app.Name)
	if err != nil {
		return err
	}
	if !ok {
		o.Revision = noRevision
		return nil
	}
	o.Revision = revision(route)
	o.Active, o.Route.Foreign = t.app.RouteTraffic(route)
	o.Route.ChangedBy, o.Route.ChangedAt = lastWriter(route)
	return nil
}

// lastWriter is who changed an object last, apart from its status, and when; nobody
// if that was this program.
func lastWriter(o *kube.Object) (by string, at time.Time) {
	for _, f := range o.GetManagedFields() {
		if f.Subresource != "" || f.Time == nil || f.Time.Time.Before(at) {
			continue
		}
		if f.Manager == kube.Manager && f.Time.Time.Equal(at) {
			continue // the server notes whole seconds: who else wrote in this one came after us
		}
		by, at = f.Manager, f.Time.Time
	}
	if by == kube.Manager {
		return "", time.Time{}
	}
	return by, at
}

// makeAgain makes a route that somebody has deleted. It leads to color c from
// the beginning: users get nothing but errors meanwhile.
func (s *session) makeAgain(ctx context.Context, c color.Color, ifRevision string) error {
	if ifRevision != noRevision {
		return fmt.Errorf("the route is gone: %w", deploy.ErrConflict)
	}
	n, err := s.readyPods(ctx, c)
	if err != nil {
		return fmt.Errorf("count the instances of %s: %w", c, err)
	}
	if n == 0 {
		return fmt.Errorf("switch to %s: no instance of it is ready: %w", c, deploy.ErrRefused)
	}
	began := time.Now()
	made, err := s.createOnly(ctx, s.wantedAgain(c))
	if err != nil {
		return err
	}
	s.cache.StoreWritten(made)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switched, s.followed = began, color.None
	return nil
}

// wantedAgain is the route for color c as this session knew it, or else as it
// is configured.
func (s *session) wantedAgain(c color.Color) *kube.Object {
	want := manifest.Route(s.app.RouteApp(), c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, ok := s.before[c]; ok {
		copyHosts(want, was)
	}
	return want
}
