package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

// There is one autoscaler, and it follows the traffic:
//
//  1. It looks at the active color alone. A standby color is never scaled by
//     load, because it has none and would shrink.
//  2. While somebody holds the lock it may add instances and take none away
//     ([session.pin]): what a deploy has counted stays.
//  3. A switch hands it over, with the bounds of the release that now has the
//     traffic and at the number of instances that it came with.
//  4. When the lock is given back its lower bound is the configured one again
//     ([session.unpin]), or the number that a person asked for: who scales by
//     hand means at least that many, until he scales again. The autoscaler
//     would take any other number back within minutes, silently.
const (
	autoscaleNote = "version-manager.io/autoscale" // on a Deployment: bounds and targets of its release
	leastNote     = "version-manager.io/least"     // on the autoscaler: the configured lower bound
	floorNote     = "version-manager.io/floor"     // on the autoscaler: what a person asked for
)

// noteAutoscale keeps with a Deployment what the autoscaler will have to know
// when the color gets the traffic, which may be by another process.
func noteAutoscale(o *kube.Object, a config.Autoscale) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	objects.SetAnnotation(o, autoscaleNote, string(b))
	return nil
}

// handOver makes the autoscaler follow color c, or removes it where the
// release there wants none.
func (s *session) handOver(ctx context.Context, c color.Color) error {
	d, err := s.app.ReadDeployment(ctx, c)
	if err != nil || d == nil {
		return err
	}
	have, err := s.app.ReadScaler(ctx)
	if err != nil {
		return err
	}
	var auto config.Autoscale
	if json.Unmarshal([]byte(d.GetAnnotations()[autoscaleNote]), &auto) != nil && have != nil {
		return s.lead(ctx, c, objects.SpecReplicas(d)) // somebody took the note away, or scribbled on it
	}
	next, err := s.follow(c, auto, objects.SpecReplicas(d), have)
	if err != nil {
		return err
	}
	if next == nil {
		return s.delete(ctx, "HorizontalPodAutoscaler", s.app.Name)
	}
	if _, err := s.apply(ctx, next); err != nil {
		return fmt.Errorf("hand the autoscaler over to %s: %w", c, err)
	}
	return nil
}

// lead makes the autoscaler follow color c as it is, with the bounds that it has.
func (s *session) lead(ctx context.Context, c color.Color, n int) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		name := s.app.ColorName(c)
		if objects.TextField(o, "spec", "scaleTargetRef", "name") == name {
			return false, nil
		}
		if err := objects.SetTextField(o, name, "spec", "scaleTargetRef", "name"); err != nil {
			return false, err
		}
		_, err := setLeast(o, max(leastOf(o), n))
		return true, err
	})
}

// follow is the autoscaler of a color with n instances, pinned there; nil if
// none is wanted.
func (t *Target) follow(c color.Color, auto config.Autoscale, n int, have *kube.Object) (*kube.Object, error) {
	r := release.Release{App: t.app.Name, Config: config.App{Name: t.app.Name, Autoscale: auto}}
	most := max(auto.Max, auto.Min, 1)
	o := manifest.Scaler(t.manifest(r, c), c, min(max(n, auto.Min, 1), most), most)
	if o == nil {
		return nil, nil
	}
	objects.SetAnnotation(o, leastNote, strconv.Itoa(max(auto.Min, 1)))
	if have != nil {
		if floor := have.GetAnnotations()[floorNote]; floor != "" {
			objects.SetAnnotation(o, floorNote, floor)
		}
	}
	return o, nil
}

// pin keeps the autoscaler from taking instances away while the lock is held.
func (s *session) pin(ctx context.Context) error {
	have, err := s.app.ReadScaler(ctx)
	if err != nil || have == nil {
		return err
	}
	h, err := kube.As[autoscalingv2.HorizontalPodAutoscaler](have)
	if err != nil {
		return err
	}
	d, err := s.app.Kube.Get(ctx, s.app.ObjectRef("Deployment", h.Spec.ScaleTargetRef.Name))
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		return setLeast(o, max(leastOf(o), objects.SpecReplicas(d)))
	})
}

// unpin lets it go down to where it may.
func (s *session) unpin(ctx context.Context) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		return setLeast(o, unpinned(o))
	})
}

// unpinned is the lower bound while nobody holds the lock.
func unpinned(o *kube.Object) int {
	return max(objects.NumberAnnotation(o, leastNote), objects.NumberAnnotation(o, floorNote), 1)
}

// floor makes n the number below which the autoscaler does not go, as long as
// nobody says otherwise.
func (s *session) floor(ctx context.Context, n int) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		changed := objects.NumberAnnotation(o, floorNote) != n
		objects.SetAnnotation(o, floorNote, strconv.Itoa(n))
		moved, err := setLeast(o, n)
		return changed || moved, err
	})
}

// editScaler changes the autoscaler, if there is one.
func (s *session) editScaler(ctx context.Context, change func(*kube.Object) (bool, error)) error {
	_, err := s.edit(ctx, "HorizontalPodAutoscaler", s.app.Name, change)
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("change the autoscaler: %w", err)
	}
	return nil
}

// setLeast sets the lower bound, as far as the upper one allows.
func setLeast(o *kube.Object, n int) (bool, error) {
	most, _, err := unstructured.NestedInt64(o.Object, "spec", "maxReplicas")
	if err != nil {
		return false, err
	}
	n = min(n, int(most))
	if leastOf(o) == n {
		return false, nil
	}
	return true, unstructured.SetNestedField(o.Object, int64(n), "spec", "minReplicas")
}

// leastOf is the lower bound, which is 1 where nobody has named one.
func leastOf(o *kube.Object) int {
	n, found, err := unstructured.NestedInt64(o.Object, "spec", "minReplicas")
	if err != nil || !found {
		return 1
	}
	return int(n)
}
