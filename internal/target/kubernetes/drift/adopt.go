package drift

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/routes"
)

// adoptLive copies to want what deploys and people change in the course of
// time, and what is therefore no difference.
func adoptLive(want, live *kube.Object) error {
	for _, name := range []string{fenced.TermAnnotation, routes.SwitchAnnotation} {
		if v, ok := live.GetAnnotations()[name]; ok {
			objects.SetAnnotation(want, name, v)
		}
	}
	switch want.GetKind() {
	case "Deployment":
		if image := sidecarImage(live); image != "" {
			setSidecarImage(want, image)
		}
		_, err := objects.SetReplicas(want, objects.SpecReplicas(live))
		return err
	case "HTTPRoute":
		routes.AdoptHosts(want, live)
		return adoptColor(want, live)
	case "HorizontalPodAutoscaler":
		return autoscale.AdoptMinimum(want, live)
	}
	return nil
}

// adoptColor: a deploy decides which color has the traffic. A route that leads
// to none of ours is a difference.
func adoptColor(want, live *kube.Object) error {
	c, err := manifest.PointedColor(live, want.GetName())
	if err != nil {
		return nil
	}
	return manifest.PointRoute(want, want.GetName(), c)
}

// setSidecarImage: it is no drift that another build of this program started a
// color, and the image of this build may not be on any node yet.
func setSidecarImage(want *kube.Object, image string) {
	if c := findSidecar(want); c != nil {
		c["image"] = image
	}
}

func sidecarImage(o *kube.Object) string {
	image, _ := findSidecar(o)["image"].(string)
	return image
}

// findSidecar is that container of a Deployment, nil if it has none.
func findSidecar(o *kube.Object) map[string]any {
	list, _, _ := unstructured.NestedFieldNoCopy(o.Object, "spec", "template", "spec", "initContainers")
	containers, _ := list.([]any)
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok && c["name"] == manifest.SidecarContainer {
			return c
		}
	}
	return nil
}
