package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

// A cluster has no transaction that spans the Lease and what it protects, and
// a process can sleep between any two lines. So every write goes like this:
//
//  1. read the object;
//  2. see that the Lease is still ours;
//  3. write, on condition that the object is still as it was read.
//
// Whoever takes a lock over that was not given back changes every object of
// the app before he does anything else ([session.stamp]). A holder who slept
// after step 2 then fails in step 3, reads again, and finds in step 2 that the
// lock is gone. What is not there yet is made by a Create, which fails where
// the new holder was first.

// annotationTerm on an object is the term of the last holder who took it over.
const annotationTerm = "version-manager.io/term"

// attempts bounds how often a write is tried that others get in the way of.
const attempts = 100

var errBusy = errors.New("others change it all the time")

// verify reports whether the lock is still ours, and fails with ErrFenced if
// it is not.
func (s *session) verify(ctx context.Context) error {
	l, err := s.readLease(ctx)
	if kube.IsNotFound(err) {
		return fmt.Errorf("the lease is gone: %w", deploy.ErrFenced)
	}
	if err != nil {
		return err
	}
	return s.owns(l)
}

// guarded repeats one read-verify-write until it does not lose a race. An
// error of write that is a lost race is one for which IsConflict or IsExists
// holds; gone tells it that somebody deleted what it read.
func (s *session) guarded(ctx context.Context, what string, try func(ctx context.Context) error) error {
	for range attempts {
		err := try(ctx)
		lost := kube.IsConflict(err) || kube.IsExists(err)
		if err == nil || !lost {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s: %w", what, errBusy)
}

// apply makes an object as given. It is not written at all where the lock is
// lost.
func (s *session) apply(ctx context.Context, o *kube.Object) (made *kube.Object, err error) {
	err = s.guarded(ctx, "apply "+named(o), func(ctx context.Context) error {
		have, err := s.kube.Get(ctx, refOf(o))
		if kube.IsNotFound(err) {
			made, err = s.create(ctx, o)
			return err
		}
		if err != nil {
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
		made, err = s.kube.Apply(ctx, next)
		return err
	})
	return s.noted(made, err)
}

// create makes an object that is not there. Its fields belong to whoever
// applies it later, so that what is left out then disappears.
func (s *session) create(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	if err := s.verify(ctx); err != nil {
		return nil, err
	}
	made, err := s.kube.Create(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.ownByApply(ctx, made)
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
	return s.kube.Patch(ctx, refOf(o), map[string]any{"metadata": map[string]any{
		"resourceVersion": o.GetResourceVersion(),
		"managedFields":   fields,
	}})
}

// edit changes an object that is there. change reports whether it did.
func (s *session) edit(ctx context.Context, kind, name string, change func(*kube.Object) (bool, error)) (made *kube.Object, err error) {
	err = s.guarded(ctx, "change "+kind+" "+name, func(ctx context.Context) error {
		o, err := s.kube.Get(ctx, s.ref(kind, name))
		if err != nil {
			return err
		}
		changed, err := change(o)
		if err != nil || !changed {
			made = o
			return err
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		made, err = s.kube.Update(ctx, o)
		return err
	})
	return s.noted(made, err)
}

// delete removes an object. One that is not there is no error.
func (s *session) delete(ctx context.Context, kind, name string) error {
	err := s.guarded(ctx, "delete "+kind+" "+name, func(ctx context.Context) error {
		o, err := s.kube.Get(ctx, s.ref(kind, name))
		if err != nil && !kube.IsNotFound(err) && !kube.IsNoKind(err) {
			return err
		}
		if err := s.verify(ctx); err != nil || o == nil {
			return err
		}
		return s.kube.DeleteIf(ctx, o)
	})
	if err == nil {
		s.mirror.drop(kind, name)
	}
	return err
}

// noted shows what was written to the mirror.
func (s *session) noted(o *kube.Object, err error) (*kube.Object, error) {
	if err != nil {
		return nil, err
	}
	s.mirror.put(o)
	return o, nil
}

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
		list, err := s.kube.List(ctx, s.ref(kind, ""), s.selector()+",!"+labelKeeps)
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
	term := map[string]any{"metadata": map[string]any{"annotations": map[string]any{annotationTerm: strconv.FormatInt(s.term, 10)}}}
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

func refOf(o *kube.Object) kube.Ref {
	return kube.Ref{Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
}

func named(o *kube.Object) string { return o.GetKind() + " " + o.GetName() }

// upgraded returns managed fields in which nothing is owned by our updates
// that could be owned by our applies.
func upgraded(o *kube.Object) (fields []any, changed bool, err error) {
	list, _, err := unstructured.NestedSlice(o.Object, "metadata", "managedFields")
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", named(o), err)
	}
	var applied map[string]any
	for _, f := range list {
		if entry, ok := f.(map[string]any); ok && ours(entry, "Apply") {
			applied = entry
		}
	}
	for _, f := range list {
		entry, ok := f.(map[string]any)
		if !ok || !ours(entry, "Update") {
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

func ours(entry map[string]any, operation string) bool {
	_, sub := entry["subresource"]
	return entry["manager"] == kube.Manager && entry["operation"] == operation && !sub
}
