package kubernetes

import (
	"context"

	"version-manager/internal/kube"
)

// list reads all objects of a kind as T. Kinds without a namespace ignore it.
func list[T any](ctx context.Context, k kube.Cluster, r kube.Ref, selector string) ([]*T, error) {
	objects, err := k.List(ctx, r, selector)
	if err != nil {
		return nil, err
	}
	return allAs[T](objects)
}

// allAs reads objects as T.
func allAs[T any](objects []kube.Object) ([]*T, error) {
	found := make([]*T, len(objects))
	for i := range objects {
		var err error
		if found[i], err = kube.As[T](&objects[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// listAround lists a kind in all namespaces, which is the whole, or in the one
// given where the others are forbidden.
func listAround(ctx context.Context, k kube.Cluster, kind, namespace, selector string) (objects []kube.Object, whole bool, err error) {
	objects, err = k.List(ctx, kube.Ref{Kind: kind, Namespace: kube.AllNamespaces}, selector)
	if !kube.IsForbidden(err) {
		return objects, err == nil, err
	}
	objects, err = k.List(ctx, kube.Ref{Kind: kind, Namespace: namespace}, selector)
	return objects, false, err
}

// made lists the app's objects of a kind, but for those that keep its history.
func (t *Target) made(ctx context.Context, kind string) ([]kube.Object, error) {
	return t.kube.List(ctx, t.ref(kind, ""), t.selector()+",!"+labelKeeps)
}
