package kubernetes

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

// TestDeployMendsWhatDiffMisses deletes each object of a version that is active.
// Diff must name it and nothing else, and the deploy to which its hint leads must
// make it again, so that there is no difference anymore.
func TestDeployMendsWhatDiffMisses(t *testing.T) {
	w := newWorld(t)
	place := w.target()

	refs := w.rendered(place, color.Blue)
	for _, kind := range []string{"Deployment", "Service", "Secret", "HTTPRoute", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "ServiceAccount"} {
		if !slices.ContainsFunc(refs, func(r kube.Ref) bool { return r.Kind == kind }) {
			t.Errorf("a version has no %s", kind)
		}
	}
	for _, ref := range refs {
		t.Run(ref.Kind+"/"+ref.Name, func(t *testing.T) {
			t.Parallel()
			mendedByDeploy(t, ref)
		})
	}
}

func mendedByDeploy(t *testing.T, ref kube.Ref) {
	w, target := newPlace(t)
	target.app.Config.Entrances = []string{"http://shop.test"}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	secrets := deploy.Secrets{"TOKEN": "x"}
	hint := func() error {
		_, err := w.deployer(target, func(progress.Event) {}).Run(ctx, deploy.Request{Kind: deploy.Plain, Release: quickRelease("v1.0.0"), Secrets: secrets})
		return err
	}
	differences := func() []string {
		found, err := target.FindDrift(ctx, deploy.Spec{Release: quickRelease("v1.0.0"), Replicas: 1, Secrets: secrets})
		w.Must(err)
		return found
	}
	w.Must(hint())
	if found := differences(); len(found) > 0 {
		t.Fatalf("nothing was deleted, and diff says %q", found)
	}
	w.DeleteObject(ref.Kind, ref.Name)
	if found, want := differences(), ref.Kind+"/"+ref.Name+" is missing"; !slices.Equal(found, []string{want}) {
		t.Errorf("diff says %q, want %q", found, want)
	}
	if err := hint(); err != nil && !errors.Is(err, deploy.ErrAlreadyActive) {
		t.Fatalf("the hint fails: %v", err)
	}
	if found := differences(); len(found) > 0 {
		t.Errorf("after the hint diff says %q", found)
	}
}
