package autoscale

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	boundsAnnotation  = "version-manager.io/autoscale" // on a Deployment: bounds and targets of its release
	minimumAnnotation = "version-manager.io/least"     // on the autoscaler: the configured lower bound
	manualAnnotation  = "version-manager.io/floor"     // on the autoscaler: the number that a person asked for
)

// UnlockedMinimum is the lower bound of an autoscaler while nobody holds the
// lock.
func UnlockedMinimum(o *kube.Object) int {
	return max(objects.NumberAnnotation(o, minimumAnnotation), objects.NumberAnnotation(o, manualAnnotation), 1)
}

// MinReplicas is the lower bound of an autoscaler, which is 1 if none is set.
func MinReplicas(o *kube.Object) int {
	n, found, err := unstructured.NestedInt64(o.Object, "spec", "minReplicas")
	if err != nil || !found {
		return 1
	}
	return int(n)
}

// setMinimum sets the lower bound, as far as the upper one allows.
func setMinimum(o *kube.Object, n int) (bool, error) {
	upper, _, err := unstructured.NestedInt64(o.Object, "spec", "maxReplicas")
	if err != nil {
		return false, err
	}
	n = min(n, int(upper))
	if MinReplicas(o) == n {
		return false, nil
	}
	return true, unstructured.SetNestedField(o.Object, int64(n), "spec", "minReplicas")
}

// AdoptMinimum copies to want what deploys and people change in an autoscaler
// in the course of time.
func AdoptMinimum(want, live *kube.Object) error {
	for _, name := range []string{minimumAnnotation, manualAnnotation} {
		if v, ok := live.GetAnnotations()[name]; ok {
			objects.SetAnnotation(want, name, v)
		}
	}
	_, err := setMinimum(want, MinReplicas(live))
	return err
}
