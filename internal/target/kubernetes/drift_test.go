package kubernetes

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/target/kubernetes/drift"
)

func TestNarrowedRouteIsADifference(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.Must(s.routes.EnsureRoutes(t.Context()))
	if found, err := routeDifferences(t, target); err != nil || len(found) > 0 {
		t.Errorf("untouched, and it differs in %v, %v", found, err)
	}
	_, err := target.app.Kube.PatchObject(t.Context(), target.app.ObjectRef("HTTPRoute", "shop"), map[string]any{"spec": map[string]any{"hostnames": []string{"a.example.org"}}})
	w.Must(err)
	found, err := routeDifferences(t, target)
	if err != nil || len(found) != 1 || found[0].Path != "spec.hostnames" {
		t.Errorf("differs in %v, %v, want spec.hostnames", found, err)
	}
}

// upgradedProgram has the image of another build of this program.
type upgradedProgram struct{ storedImages }

func (upgradedProgram) SidecarName() (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/sidecar:2", Pull: "Never"}, nil
}

func TestAnotherBuildOfThisProgramIsNoDrift(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}
	w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
	about := func() (found []string) {
		all, err := target.FindDrift(t.Context(), spec)
		w.Must(err)
		for _, text := range all {
			if strings.HasPrefix(text, "Deployment/") {
				found = append(found, text)
			}
		}
		return found
	}
	target.images.Delivery = upgradedProgram{}
	if found := about(); len(found) > 0 {
		t.Errorf("differs in %q", found)
	}
	live := w.GetObject("Deployment", "shop-blue")
	containers, _, err := unstructured.NestedSlice(live.Object, "spec", "template", "spec", "initContainers")
	w.Must(err)
	containers[0].(map[string]any)["imagePullPolicy"] = "Always"
	w.Must(unstructured.SetNestedSlice(live.Object, containers, "spec", "template", "spec", "initContainers"))
	w.Server.PutObject(live)
	if found := about(); len(found) != 1 {
		t.Errorf("what else somebody changes in the sidecar differs in %q", found)
	}
}

// routeDifferences are those of the public route.
func routeDifferences(t *testing.T, target *Target) (found []drift.Difference, err error) {
	t.Helper()
	all, err := target.FindDifferences(t.Context(), deploy.Spec{Release: shop("v1.0.0"), Replicas: 1})
	for _, d := range all {
		if d.Object == "HTTPRoute/shop" {
			found = append(found, d)
		}
	}
	return found, err
}
