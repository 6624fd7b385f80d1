package fenced

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
)

// Writer writes the app's objects for as long as the lock is held, and shows
// the cache what it wrote.
type Writer struct {
	*Lock

	anchorMu  sync.Mutex
	anchorUID string // empty: not read yet
}

// NewWriter returns a writer that works under a lock.
func NewWriter(l *Lock) *Writer { return &Writer{Lock: l} }

// App is the app whose objects are written.
func (w *Writer) App() *objects.App { return w.app }

// Cache is the cache that is shown what was written.
func (w *Writer) Cache() *cache.Store { return w.cache }

// ApplyObject makes an object as given, whether it exists or not.
func (w *Writer) ApplyObject(ctx context.Context, o *kube.Object) (made *kube.Object, err error) {
	err = RetryConflicts(ctx, "apply "+objects.KindAndName(o), func(ctx context.Context) error {
		have, err := w.app.Kube.GetObject(ctx, objects.RefOf(o))
		if kube.IsNotFound(err) {
			made, err = w.createApplied(ctx, o)
			return err
		}
		if err != nil {
			return err
		}
		if err := w.app.CheckOwner(have); err != nil {
			return err
		}
		if have, err = w.ownByApply(ctx, have); err != nil {
			return err
		}
		if err := w.VerifyHeld(ctx); err != nil {
			return err
		}
		next := o.DeepCopy()
		next.SetResourceVersion(have.GetResourceVersion())
		made, err = w.app.Kube.ApplyObject(ctx, next)
		return err
	})
	return w.noteWritten(made, err)
}

// createApplied creates an object whose fields belong to anyone who applies it
// later, so that a field which is left out then disappears.
func (w *Writer) createApplied(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	made, err := w.createObject(ctx, o)
	if err != nil {
		return nil, err
	}
	return w.ownByApply(ctx, made)
}

// CreateObject creates an object. It fails with an error that kube.IsExists
// knows if the object exists.
func (w *Writer) CreateObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	return w.noteWritten(w.createObject(ctx, o))
}

// createObject deletes an object again that it created after the lock was
// lost, unless the new holder has taken it over meanwhile.
func (w *Writer) createObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	if err := w.VerifyHeld(ctx); err != nil {
		return nil, err
	}
	made, err := w.app.Kube.CreateObject(ctx, o)
	if err != nil {
		return nil, err
	}
	lost := w.VerifyHeld(ctx)
	if !errors.Is(lost, deploy.ErrFenced) {
		return made, lost
	}
	if err := w.app.Kube.DeleteUnchanged(context.WithoutCancel(ctx), made); err != nil && !kube.IsConflict(err) {
		return nil, errors.Join(lost, err)
	}
	return nil, lost
}

// EditObject changes an object that exists. change reports whether it changed
// something.
func (w *Writer) EditObject(ctx context.Context, kind, name string, change func(*kube.Object) (bool, error)) (made *kube.Object, err error) {
	err = RetryConflicts(ctx, "change "+kind+" "+name, func(ctx context.Context) error {
		o, err := w.app.Kube.GetObject(ctx, w.app.ObjectRef(kind, name))
		if err != nil {
			return err
		}
		if err := w.app.CheckOwner(o); err != nil {
			return err
		}
		relabeled := w.app.RestoreLabels(o)
		changed, err := change(o)
		if err != nil || !changed && !relabeled {
			made = o
			return err
		}
		if err := w.VerifyHeld(ctx); err != nil {
			return err
		}
		made, err = w.app.Kube.UpdateObject(ctx, o)
		return err
	})
	return w.noteWritten(made, err)
}

// UpdateVerified writes an object that was read before the lock was verified.
// It must be called inside [RetryConflicts], after [Lock.VerifyHeld].
func (w *Writer) UpdateVerified(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	return w.noteWritten(w.app.Kube.UpdateObject(ctx, o))
}

// RestoreLabels writes the labels of an object whose labels somebody removed.
// It has the precondition of [Writer.UpdateVerified].
func (w *Writer) RestoreLabels(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	if !w.app.RestoreLabels(o) {
		return o, nil
	}
	return w.UpdateVerified(ctx, o)
}

// DeleteObject deletes an object. A missing one is not an error.
func (w *Writer) DeleteObject(ctx context.Context, kind, name string) error {
	return RetryConflicts(ctx, "delete "+kind+" "+name, func(ctx context.Context) error {
		o, err := w.ReadLive(ctx, kind, name)
		if err != nil && !kube.IsNoKind(err) {
			return err
		}
		if err := w.VerifyHeld(ctx); err != nil || o == nil {
			return err
		}
		if err := w.app.CheckOwner(o); err != nil {
			return err
		}
		if err := w.app.Kube.DeleteUnchanged(ctx, o); err != nil {
			return err
		}
		w.cache.ForgetDeleted(kind, name, o.GetUID())
		return nil
	})
}

// DeleteOthers deletes the app's objects of some kinds, except for those that
// are needed.
func (w *Writer) DeleteOthers(ctx context.Context, kinds []string, needed func(*kube.Object) bool) error {
	for _, kind := range kinds {
		list, err := w.app.ListAppObjects(ctx, kind)
		if err != nil {
			return fmt.Errorf("list the app's objects of kind %s: %w", kind, err)
		}
		for i := range list {
			if needed(&list[i]) {
				continue
			}
			if err := w.DeleteObject(ctx, kind, list[i].GetName()); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReadLive reads an object from the API server; nil if none exists. The
// cache learns at once that the object is gone: after a conflict the caller
// reads again, and must not get what was read before.
func (w *Writer) ReadLive(ctx context.Context, kind, name string) (*kube.Object, error) {
	uid := w.cache.CachedUID(kind, name)
	o, err := w.app.Kube.GetObject(ctx, w.app.ObjectRef(kind, name))
	if kube.IsNotFound(err) {
		w.cache.ForgetDeleted(kind, name, uid)
		return nil, nil
	}
	return o, err
}

func (w *Writer) noteWritten(o *kube.Object, err error) (*kube.Object, error) {
	if err != nil {
		return nil, err
	}
	w.cache.StoreWritten(o)
	return o, nil
}
