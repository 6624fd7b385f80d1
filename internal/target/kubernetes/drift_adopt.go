package kubernetes

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// adopt takes over into want what is decided by others in the course of time.
func adopt(want, live *kube.Object) error {
	for _, name := range []string{annotationTerm, annotationSwitch, floorNote, leastNote} {
		if v, ok := live.GetAnnotations()[name]; ok {
			objects.SetAnnotation(want, name, v)
		}
	}
	switch want.GetKind() {
	case "Deployment":
		if image := sidecarImage(live); image != "" {
			adoptSidecar(want, image)
		}
		_, err := objects.SetReplicas(want, objects.SpecReplicas(live))
		return err
	case "HTTPRoute":
		adoptHosts(want, live)
		return adoptColor(want, live)
	case "HorizontalPodAutoscaler":
		_, err := setLeast(want, leastOf(live))
		return err
	}
	return nil
}

// adoptColor: which color has the traffic is for a deploy to decide. A route
// that leads to none of ours is a difference.
func adoptColor(want, live *kube.Object) error {
	c, err := manifest.Pointed(live, want.GetName())
	if err != nil {
		return nil
	}
	return manifest.Point(want, want.GetName(), c)
}

// adoptSidecar: which build of this program a color was started by is no
// drift, and the next one's image may be on no node yet.
func adoptSidecar(want *kube.Object, image string) {
	if c := sidecarOf(want); c != nil {
		c["image"] = image
	}
}

func sidecarImage(o *kube.Object) string {
	image, _ := sidecarOf(o)["image"].(string)
	return image
}

// sidecarOf is that container of a Deployment, nil if it has none.
func sidecarOf(o *kube.Object) map[string]any {
	list, _, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "template", "spec", "initContainers")
	containers, _ := list.([]any)
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok && c["name"] == manifest.SidecarContainer {
			return c
		}
	}
	return nil
}
