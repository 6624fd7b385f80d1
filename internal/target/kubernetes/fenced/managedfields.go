package fenced

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// ownByApply turns the fields that we own because we created or updated an
// object into fields that we own because we applied it.
func (w *Writer) ownByApply(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	fields, changed, err := convertToApplied(o)
	if err != nil || !changed {
		return o, err
	}
	if err := w.VerifyHeld(ctx); err != nil {
		return nil, err
	}
	return w.app.Kube.PatchObject(ctx, objects.RefOf(o), map[string]any{"metadata": map[string]any{
		"resourceVersion": o.GetResourceVersion(),
		"managedFields":   fields,
	}})
}

// convertToApplied returns the managed fields of an object without entries for
// our updates: their fields are owned by our applies instead.
func convertToApplied(o *kube.Object) (fields []any, changed bool, err error) {
	list, _, err := unstructured.NestedSlice(o.Object, "metadata", "managedFields")
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", objects.KindAndName(o), err)
	}
	applied := false
	for _, f := range list {
		entry, ok := f.(map[string]any)
		applied = applied || ok && isOwnEntry(entry, "Apply")
	}
	for _, f := range list {
		entry, ok := f.(map[string]any)
		if !ok || !isOwnEntry(entry, "Update") {
			fields = append(fields, f)
			continue
		}
		changed = true
		if !applied { // else the fields are nobody's, or were applied
			entry["operation"] = "Apply"
			fields = append(fields, entry)
		}
	}
	return fields, changed, nil
}

func isOwnEntry(entry map[string]any, operation string) bool {
	_, sub := entry["subresource"]
	return entry["manager"] == kube.FieldManager && entry["operation"] == operation && !sub
}
