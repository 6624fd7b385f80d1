package manifest

import (
	"io/fs"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	objects "version-manager/manifests/app"
)

// httpRoute is as much of the Gateway API's type as we use.
type httpRoute struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ParentRefs []objectRef `json:"parentRefs"`
		Hostnames  []string    `json:"hostnames"`
		Rules      []struct {
			Matches []struct {
				Path struct{ Type, Value string } `json:"path"`
			} `json:"matches"`
			Filters []struct {
				Type                  string `json:"type"`
				RequestHeaderModifier struct {
					Set []struct{ Name, Value string } `json:"set"`
				} `json:"requestHeaderModifier"`
			} `json:"filters"`
			BackendRefs []struct {
				objectRef `json:",inline"`
				Port      int32 `json:"port"`
				Weight    int32 `json:"weight"`
			} `json:"backendRefs"`
		} `json:"rules"`
	} `json:"spec"`
}

type objectRef struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// kinds has an empty object of each kind that we make.
func kinds() map[string]any {
	return map[string]any{
		"v1/Namespace":                           new(corev1.Namespace),
		"v1/ServiceAccount":                      new(corev1.ServiceAccount),
		"v1/ConfigMap":                           new(corev1.ConfigMap),
		"v1/Secret":                              new(corev1.Secret),
		"v1/Service":                             new(corev1.Service),
		"apps/v1/Deployment":                     new(appsv1.Deployment),
		"policy/v1/PodDisruptionBudget":          new(policyv1.PodDisruptionBudget),
		"networking.k8s.io/v1/NetworkPolicy":     new(networkingv1.NetworkPolicy),
		"autoscaling/v2/HorizontalPodAutoscaler": new(autoscalingv2.HorizontalPodAutoscaler),
		"gateway.networking.k8s.io/v1/HTTPRoute": new(httpRoute),
	}
}

// strict fails on a kind that is not known and on a field that the kind does
// not have.
func strict(t *testing.T, b []byte) {
	t.Helper()
	var head metav1.TypeMeta
	if err := yaml.Unmarshal(b, &head); err != nil {
		t.Fatal(err)
	}
	o, known := kinds()[head.APIVersion+"/"+head.Kind]
	if !known {
		t.Fatalf("no object of ours: %s %s", head.APIVersion, head.Kind)
	}
	if err := yaml.UnmarshalStrict(b, o); err != nil {
		t.Errorf("%s: %v", head.Kind, err)
	}
}

// TestFilesAreObjects: a file in manifests/app can be applied as it is.
func TestFilesAreObjects(t *testing.T) {
	files, err := fs.Glob(objects.Files, "*.yaml")
	if err != nil || len(files) != 12 {
		t.Fatalf("%d files, want 12: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			b, err := objects.Files.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			strict(t, b)
		})
	}
}

func TestObjectsAreStrict(t *testing.T) {
	for _, a := range []App{minimal(t), everything(t)} {
		for _, o := range all(t, a) {
			b, err := o.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			strict(t, b)
		}
	}
}

func TestStrictCatches(t *testing.T) {
	if err := yaml.UnmarshalStrict([]byte("spec: {template: {spec: {contianers: []}}}"), new(appsv1.Deployment)); err == nil {
		t.Error("an unknown field was taken")
	}
}
