package objects

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// ListTyped lists the objects of a kind as T. Kinds without a namespace ignore
// that of the Ref.
func ListTyped[T any](ctx context.Context, k kube.Cluster, r kube.Ref, selector string) ([]*T, error) {
	list, err := k.ListObjects(ctx, r, selector)
	if err != nil {
		return nil, err
	}
	return ConvertList[T](list)
}

// ConvertList converts objects to T.
func ConvertList[T any](list []kube.Object) ([]*T, error) {
	converted := make([]*T, len(list))
	for i := range list {
		var err error
		if converted[i], err = kube.ConvertObject[T](&list[i]); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

// ListAround lists a kind in all namespaces, or only in the given one where
// the others are forbidden. whole reports which of the two it was.
func ListAround(ctx context.Context, k kube.Cluster, kind, namespace, selector string) (list []kube.Object, whole bool, err error) {
	list, err = k.ListObjects(ctx, kube.Ref{Kind: kind, Namespace: kube.AllNamespaces}, selector)
	if !kube.IsForbidden(err) {
		return list, err == nil, err
	}
	list, err = k.ListObjects(ctx, kube.Ref{Kind: kind, Namespace: namespace}, selector)
	return list, false, err
}

// ListPods reads the pods of a color from the API server itself.
func (a *App) ListPods(ctx context.Context, c color.Color) ([]*corev1.Pod, error) {
	return ListTyped[corev1.Pod](ctx, a.Kube, a.ObjectRef("Pod", ""), manifest.LabelSelector(a.Name, c))
}
