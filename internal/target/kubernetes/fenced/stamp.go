package fenced

import (
	"context"
	"fmt"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// TermAnnotation on an object says who took it over last: term and token. The
// token makes every stamp a change, even if the terms started again.
const TermAnnotation = "version-manager.io/term"

// StampObjects changes every object of the app, so that whatever an earlier
// holder has read is out of date. The route comes first. A process that takes over a
// lock that was not released must call it before anything else.
func (w *Writer) StampObjects(ctx context.Context) error {
	for _, kind := range objects.AppKinds() {
		list, err := w.app.ListAppObjects(ctx, kind)
		if kube.IsNoKind(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("fence off the previous holder: %w", err)
		}
		for _, o := range list {
			if err := w.StampObject(ctx, kind, o.GetName()); err != nil {
				return err
			}
		}
	}
	return nil
}

// StampObject changes one object. A missing one is not an error.
func (w *Writer) StampObject(ctx context.Context, kind, name string) error {
	term := map[string]any{"metadata": map[string]any{"annotations": map[string]any{TermAnnotation: fmt.Sprintf("%d %s", w.term.Load(), w.token)}}}
	o, err := w.app.Kube.PatchObject(ctx, w.app.ObjectRef(kind, name), term)
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fence off the previous holder: %w", err)
	}
	w.cache.StoreWritten(o)
	return nil
}
