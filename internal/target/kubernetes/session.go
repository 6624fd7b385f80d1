package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/history"
	"version-manager/internal/target/kubernetes/routes"
	"version-manager/internal/target/kubernetes/workload"
)

// session changes the target for as long as its lock is held.
type session struct {
	*Target
	lock     *fenced.Lock
	out      *fenced.Writer
	history  *history.Writer
	scaler   *autoscale.Scaler
	routes   *routes.Switcher
	deployer *workload.Deployer
}

var _ deploy.Session = (*session)(nil)

// JournalWriter implements [deploy.Session].
func (s *session) JournalWriter() journal.Writer { return s.history }

// BackUpState implements [deploy.Session].
func (s *session) BackUpState(ctx context.Context, id string) (string, error) {
	return s.history.WriteBackup(ctx, id)
}

// ApplySpec implements [deploy.Session].
func (s *session) ApplySpec(ctx context.Context, c color.Color, spec deploy.Spec) error {
	return s.deployer.ApplyColor(ctx, c, spec)
}

// RepairColor implements [deploy.Session].
func (s *session) RepairColor(ctx context.Context, c color.Color, spec deploy.Spec) ([]string, error) {
	return s.deployer.RepairColor(ctx, c, spec)
}

// SwitchRoute implements [deploy.Session].
func (s *session) SwitchRoute(ctx context.Context, c color.Color, ifRevision string) error {
	return s.routes.SwitchTraffic(ctx, c, ifRevision)
}

// ConfirmRoute implements [deploy.Session].
func (s *session) ConfirmRoute(ctx context.Context, c color.Color) error {
	return s.routes.ConfirmTraffic(ctx, c)
}

// RetireColor implements [deploy.Session].
func (s *session) RetireColor(ctx context.Context, c color.Color) error {
	if err := s.lock.VerifyHeld(ctx); err != nil {
		return err
	}
	route, err := s.out.ReadLive(ctx, "HTTPRoute", s.app.Name)
	if err != nil {
		return fmt.Errorf("read the route: %w", err)
	}
	active := color.None
	if route != nil {
		if manifest.LeadsTo(route, s.app.Name, c) {
			return fmt.Errorf("cannot retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		active, _ = s.app.RouteTraffic(route)
	}
	if err := s.routes.ClearPreview(ctx, s.routes.PassOverAfter(active)); err != nil {
		return err
	}
	if err := s.deployer.EndColor(ctx, c); err != nil || active != color.None {
		return err
	}
	return s.removeUnusedRoutes(ctx, c.Other())
}

// removeUnusedRoutes removes the routes when nothing runs anymore and nothing
// ever had the traffic, as after a first deploy that failed: a route that
// has no backend may take the requests of another app.
func (s *session) removeUnusedRoutes(ctx context.Context, other color.Color) error {
	d, err := s.app.ReadDeployment(ctx, other)
	if err != nil || d != nil {
		return err
	}
	return s.routes.RemoveRoutes(ctx)
}

// removedKinds are the kinds whose objects are removed with the app. Objects
// with objects.KeepsLabel stay: the anchor, and with it journals and backups.
func removedKinds() []string {
	return []string{"HorizontalPodAutoscaler", "PodDisruptionBudget", "Deployment", "Secret", "Service", "NetworkPolicy", "ServiceAccount"}
}

// RemoveApp implements [deploy.Session]. The route goes first, so that no request
// reaches what ends.
func (s *session) RemoveApp(ctx context.Context) error {
	if err := s.lock.VerifyHeld(ctx); err != nil {
		return err
	}
	if err := s.routes.RemoveRoutes(ctx); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(color.Both()))
	for i, c := range color.Both() {
		wg.Go(func() { errs[i] = s.deployer.EndColor(ctx, c) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := s.out.DeleteObject(ctx, "ConfigMap", images.RecordName(s.app.Name)); err != nil {
		return err
	}
	if err := s.out.DeleteOthers(ctx, removedKinds(), func(*kube.Object) bool { return false }); err != nil {
		return err
	}
	return s.history.ScrubBackups(ctx)
}
