package kubernetes

import (
	"context"
	"fmt"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// annotationTerm on an object says who took it over last: term and token. The
// token makes every stamp a change, even where the terms began anew.
const annotationTerm = "version-manager.io/term"

// stamp changes every object of the app, so that whatever an earlier holder
// has read is old. The route comes first.
func (s *session) stamp(ctx context.Context) error {
	for _, kind := range objects.AppKinds() {
		list, err := s.app.ListObjects(ctx, kind)
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
	o, err := s.app.Kube.Patch(ctx, s.app.ObjectRef(kind, name), term)
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fence off the earlier holder: %w", err)
	}
	s.cache.StoreWritten(o)
	return nil
}
