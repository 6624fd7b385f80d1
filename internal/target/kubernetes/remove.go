package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"version-manager/internal/color"
	"version-manager/internal/images"
	"version-manager/internal/kube"
)

// removed are the kinds of which the app's objects go with it. What carries
// labelKeeps stays: the anchor, and with it journals and backups.
func removed() []string {
	return []string{"HorizontalPodAutoscaler", "PodDisruptionBudget", "Deployment", "Secret", "Service", "NetworkPolicy", "ServiceAccount"}
}

// Remove implements [deploy.Session]. The route goes first, so that nobody is
// sent to what ends.
func (s *session) Remove(ctx context.Context) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	if err := s.removeRoutes(ctx); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(color.Both()))
	for i, c := range color.Both() {
		wg.Go(func() { errs[i] = s.end(ctx, c) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := s.delete(ctx, "ConfigMap", images.RecordName(s.app.Name)); err != nil {
		return err
	}
	if err := s.prune(ctx, removed(), func(*kube.Object) bool { return false }); err != nil {
		return err
	}
	return s.scrubBackups(ctx)
}

// prune deletes the app's objects of some kinds, but for those that are
// needed.
func (s *session) prune(ctx context.Context, kinds []string, needed func(*kube.Object) bool) error {
	for _, kind := range kinds {
		list, err := s.app.ListObjects(ctx, kind)
		if err != nil {
			return fmt.Errorf("look for what is not needed any more: %w", err)
		}
		for i := range list {
			if needed(&list[i]) {
				continue
			}
			if err := s.delete(ctx, kind, list[i].GetName()); err != nil {
				return err
			}
		}
	}
	return nil
}
