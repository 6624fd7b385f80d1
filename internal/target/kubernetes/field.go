package kubernetes

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
)

// field reads a text inside an object; "" where there is none.
func field(o *kube.Object, path ...string) string {
	text, _, err := unstructured.NestedString(o.Object, path...)
	if err != nil {
		return ""
	}
	return text
}

// setField writes a text inside an object.
func setField(o *kube.Object, value string, path ...string) error {
	if err := unstructured.SetNestedField(o.Object, value, path...); err != nil {
		return fmt.Errorf("%s: %w", named(o), err)
	}
	return nil
}
