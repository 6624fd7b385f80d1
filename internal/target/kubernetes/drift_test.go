package kubernetes

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/manifest"
)

func TestDiff(t *testing.T) {
	live := map[string]any{"spec": map[string]any{"image": "a", "extra": true, "ports": []any{int64(80), int64(81)}, "args": []any{"x"}}}
	want := map[string]any{"spec": map[string]any{"image": "b", "missing": "m", "ports": []any{int64(80), int64(82)}, "args": []any{"x", "y"}}}
	var got []string
	for _, d := range diff("Deployment/shop-blue", "", live, want) {
		got = append(got, d.String())
	}
	expected := []string{
		"Deployment/shop-blue spec.args: [x] should be [x y]",
		"Deployment/shop-blue spec.extra: true should not be there",
		"Deployment/shop-blue spec.image: a should be b",
		"Deployment/shop-blue spec.missing: should be m",
		"Deployment/shop-blue spec.ports[1]: 81 should be 82",
	}
	if !slices.Equal(got, expected) {
		t.Errorf("got %q", got)
	}
	if same := diff("x", "", want, want); len(same) > 0 {
		t.Errorf("an object differs from itself: %v", same)
	}
}

func TestNarrowedRouteIsADifference(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.must(s.ensureRoutes(t.Context()))
	want := manifest.Route(target.app.RouteApp(), color.None)
	if found, err := target.compare(t.Context(), want); err != nil || len(found) > 0 {
		t.Errorf("untouched, and it differs in %v, %v", found, err)
	}
	_, err := target.app.Kube.Patch(t.Context(), target.app.ObjectRef("HTTPRoute", "shop"), map[string]any{"spec": map[string]any{"hostnames": []string{"a.example.org"}}})
	w.must(err)
	found, err := target.compare(t.Context(), want)
	if err != nil || len(found) != 1 || found[0].Path != "spec.hostnames" {
		t.Errorf("differs in %v, %v, want spec.hostnames", found, err)
	}
}

// upgradedProgram has the image of another build of this program.
type upgradedProgram struct{ stocked }

func (upgradedProgram) SidecarName() (images.Placed, error) {
	return images.Placed{Ref: "version-manager.local/sidecar:2", Pull: "Never"}, nil
}

func TestAnotherBuildOfThisProgramIsNoDrift(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}
	w.must(s.Apply(t.Context(), color.Blue, spec))
	about := func() (found []string) {
		all, err := target.FindDrift(t.Context(), spec)
		w.must(err)
		for _, text := range all {
			if strings.HasPrefix(text, "Deployment/") {
				found = append(found, text)
			}
		}
		return found
	}
	target.images = upgradedProgram{}
	if found := about(); len(found) > 0 {
		t.Errorf("differs in %q", found)
	}
	live := w.get("Deployment", "shop-blue")
	sidecarOf(live)["imagePullPolicy"] = "Always"
	w.server.Put(live)
	if found := about(); len(found) != 1 {
		t.Errorf("what else somebody changes in the sidecar differs in %q", found)
	}
}
