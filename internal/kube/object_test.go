package kube

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestConversions(t *testing.T) {
	want := &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: "shop-blue"},
		Spec:       appsv1.DeploymentSpec{Replicas: new(int32(3))},
	}
	o, err := NewObject(want)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := o.Object["status"]; ok {
		t.Error("an empty status would be applied")
	}
	if meta := o.Object["metadata"].(map[string]any); len(meta) != 1 {
		t.Errorf("metadata %v", meta)
	}
	got, err := ConvertObject[appsv1.Deployment](o)
	if err != nil || got.Name != want.Name || *got.Spec.Replicas != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestConversionProblems(t *testing.T) {
	if _, err := NewObject(&appsv1.Deployment{}); err == nil {
		t.Error("an object without a kind")
	}
	bad := &Object{Object: map[string]any{"kind": "Deployment", "spec": "text"}}
	if _, err := ConvertObject[appsv1.Deployment](bad); err == nil {
		t.Error("a text as a spec")
	}
}
