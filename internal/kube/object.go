package kube

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// ConvertObject converts an object to a type of k8s.io/api.
func ConvertObject[T any](o *Object) (*T, error) {
	v := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, v); err != nil {
		return nil, fmt.Errorf("%s %s as %T: %w", o.GetKind(), o.GetName(), *v, err)
	}
	return v, nil
}

// NewObject converts a pointer to a type of k8s.io/api, whose TypeMeta is set, to
// an object. An empty status is left out: who applies says nothing about it.
func NewObject(v any) (*Object, error) {
	m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(v)
	if err != nil {
		return nil, fmt.Errorf("convert %T: %w", v, err)
	}
	o := &Object{Object: m}
	if o.GetKind() == "" || o.GetAPIVersion() == "" {
		return nil, fmt.Errorf("convert %T: it has no kind or apiVersion", v)
	}
	if s, ok := m["status"].(map[string]any); ok && len(s) == 0 {
		unstructured.RemoveNestedField(m, "status")
	}
	return o, nil
}
