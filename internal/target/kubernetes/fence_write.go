package kubernetes

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// apply makes an object as given. It is not written at all where the lock is
// lost.
func (s *session) apply(ctx context.Context, o *kube.Object) (made *kube.Object, err error) {
	err = s.guarded(ctx, "apply "+objects.KindAndName(o), func(ctx context.Context) error {
		have, err := s.app.Kube.Get(ctx, objects.RefOf(o))
		if kube.IsNotFound(err) {
			made, err = s.create(ctx, o)
			return err
		}
		if err != nil {
			return err
		}
		if err := s.app.CheckOwner(have); err != nil {
			return err
		}
		if have, err = s.ownByApply(ctx, have); err != nil {
			return err
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		next := o.DeepCopy()
		next.SetResourceVersion(have.GetResourceVersion())
		made, err = s.app.Kube.Apply(ctx, next)
		return err
	})
	return s.noted(made, err)
}

// create makes an object that is not there. Its fields belong to whoever
// applies it later, so that what is left out then disappears.
func (s *session) create(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	made, err := s.createOnly(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.ownByApply(ctx, made)
}

// createOnly takes an object back that was made after the lock was lost,
// unless the new holder has made it his own meanwhile.
func (s *session) createOnly(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	made, err := s.app.Kube.Create(ctx, o)
	if err != nil {
		return nil, err
	}
	fenced := s.verify(ctx)
	if !errors.Is(fenced, deploy.ErrFenced) {
		return made, fenced
	}
	if err := s.app.Kube.DeleteIf(context.WithoutCancel(ctx), made); err != nil && !kube.IsConflict(err) {
		return nil, errors.Join(fenced, err)
	}
	return nil, fenced
}

// ownByApply turns the fields that we own by having created or updated an
// object into fields that we own by having applied it.
func (s *session) ownByApply(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	fields, changed, err := upgraded(o)
	if err != nil || !changed {
		return o, err
	}
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	return s.app.Kube.Patch(ctx, objects.RefOf(o), map[string]any{"metadata": map[string]any{
		"resourceVersion": o.GetResourceVersion(),
		"managedFields":   fields,
	}})
}

// edit changes an object that is there. change reports whether it did.
func (s *session) edit(ctx context.Context, kind, name string, change func(*kube.Object) (bool, error)) (made *kube.Object, err error) {
	err = s.guarded(ctx, "change "+kind+" "+name, func(ctx context.Context) error {
		o, err := s.app.Kube.Get(ctx, s.app.ObjectRef(kind, name))
		if err != nil {
			return err
		}
		if err := s.app.CheckOwner(o); err != nil {
			return err
		}
		stripped := s.app.RestoreLabels(o)
		changed, err := change(o)
		if err != nil || !changed && !stripped {
			made = o
			return err
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		made, err = s.app.Kube.Update(ctx, o)
		return err
	})
	return s.noted(made, err)
}

// delete removes an object. One that is not there is no error.
func (s *session) delete(ctx context.Context, kind, name string) error {
	return s.guarded(ctx, "delete "+kind+" "+name, func(ctx context.Context) error {
		o, err := s.readLive(ctx, kind, name)
		if err != nil && !kube.IsNoKind(err) {
			return err
		}
		if err := s.verify(ctx); err != nil || o == nil {
			return err
		}
		if err := s.app.CheckOwner(o); err != nil {
			return err
		}
		if err := s.app.Kube.DeleteIf(ctx, o); err != nil {
			return err
		}
		s.cache.ForgetDeleted(kind, name, o.GetUID())
		return nil
	})
}

// readLive asks the API server for an object; nil if there is none. The mirror
// learns at once that it is gone: whoever meets a conflict looks again, and must
// not be shown what was read before.
func (s *session) readLive(ctx context.Context, kind, name string) (*kube.Object, error) {
	seen := s.cache.CachedUID(kind, name)
	o, err := s.app.Kube.Get(ctx, s.app.ObjectRef(kind, name))
	if kube.IsNotFound(err) {
		s.cache.ForgetDeleted(kind, name, seen)
		return nil, nil
	}
	return o, err
}

// noted shows what was written to the mirror.
func (s *session) noted(o *kube.Object, err error) (*kube.Object, error) {
	if err != nil {
		return nil, err
	}
	s.cache.StoreWritten(o)
	return o, nil
}

// upgraded returns managed fields in which nothing is owned by our updates
// that could be owned by our applies.
func upgraded(o *kube.Object) (fields []any, changed bool, err error) {
	list, _, err := unstructured.NestedSlice(o.Object, "metadata", "managedFields")
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", objects.KindAndName(o), err)
	}
	var applied map[string]any
	for _, f := range list {
		if entry, ok := f.(map[string]any); ok && written(entry, "Apply") {
			applied = entry
		}
	}
	for _, f := range list {
		entry, ok := f.(map[string]any)
		if !ok || !written(entry, "Update") {
			fields = append(fields, f)
			continue
		}
		changed = true
		if applied == nil { // else those fields are nobody's, or what was applied
			entry["operation"] = "Apply"
			fields = append(fields, entry)
		}
	}
	return fields, changed, nil
}

func written(entry map[string]any, operation string) bool {
	_, sub := entry["subresource"]
	return entry["manager"] == kube.Manager && entry["operation"] == operation && !sub
}
