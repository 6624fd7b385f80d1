package kubernetes

import (
	"context"
	"fmt"

	"version-manager/internal/kube"
)

// annotationTerm on an object says who took it over last: term and token. The
// token makes every stamp a change, even where the terms began anew.
const annotationTerm = "version-manager.io/term"

// stamped are the kinds of the app's objects that a new holder stamps.
func stamped() []string {
	return []string{
		"HTTPRoute", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
		"ConfigMap", "Secret", "ServiceAccount", "NetworkPolicy",
	}
}

// stamp changes every object of the app, so that whatever an earlier holder
// has read is old. The route comes first.
func (s *session) stamp(ctx context.Context) error {
	for _, kind := range stamped() {
		list, err := s.made(ctx, kind)
		if kube.IsNoKind(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("fence off the earlier holder: %w", err)
		}
		for _, o := range list {
			if err := s.stampOne(ctx, kind, o.GetName()); err != nil {
				return err
			}
		}
	}
	return s.stampJournal(ctx)
}

func (s *session) stampOne(ctx context.Context, kind, name string) error {
	term := map[string]any{"metadata": map[string]any{"annotations": map[string]any{annotationTerm: fmt.Sprintf("%d %s", s.term.Load(), s.token)}}}
	o, err := s.kube.Patch(ctx, s.ref(kind, name), term)
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fence off the earlier holder: %w", err)
	}
	s.mirror.put(o)
	return nil
}
