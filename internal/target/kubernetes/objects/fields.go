package objects

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
)

// TextField reads a string inside an object; "" where none exists.
func TextField(o *kube.Object, path ...string) string {
	text, _, err := unstructured.NestedString(o.Object, path...)
	if err != nil {
		return ""
	}
	return text
}

// SetTextField writes a string inside an object.
func SetTextField(o *kube.Object, value string, path ...string) error {
	if err := unstructured.SetNestedField(o.Object, value, path...); err != nil {
		return fmt.Errorf("%s: %w", KindAndName(o), err)
	}
	return nil
}

// SetAnnotation adds or replaces one annotation.
func SetAnnotation(o *kube.Object, name, value string) {
	all := o.GetAnnotations()
	if all == nil {
		all = map[string]string{}
	}
	all[name] = value
	o.SetAnnotations(all)
}

// NumberAnnotation reads a number from an annotation, 0 where none exists.
func NumberAnnotation(o *kube.Object, name string) int {
	n, err := strconv.Atoi(o.GetAnnotations()[name])
	if err != nil {
		return 0
	}
	return n
}

// SpecReplicas is the number of instances that a Deployment asks for.
func SpecReplicas(o *kube.Object) int {
	n, found, err := unstructured.NestedInt64(o.Object, "spec", "replicas")
	if err != nil || !found {
		return 1
	}
	return int(n)
}

// SetReplicas reports whether it changed the number of instances.
func SetReplicas(o *kube.Object, n int) (bool, error) {
	spec, ok := o.Object["spec"].(map[string]any)
	if !ok {
		return false, fmt.Errorf("%s has no spec", KindAndName(o))
	}
	if have, ok := spec["replicas"].(int64); ok && have == int64(n) {
		return false, nil
	}
	spec["replicas"] = int64(n)
	return true, nil
}

// RefOf refers to an object.
func RefOf(o *kube.Object) kube.Ref {
	return kube.Ref{Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
}

// KindAndName names an object for people: "Deployment shop-blue".
func KindAndName(o *kube.Object) string { return o.GetKind() + " " + o.GetName() }
