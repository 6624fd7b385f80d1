// Package autoscale makes the one autoscaler of an app follow the traffic.
//
//  1. It watches only the active color. A standby color is never scaled by
//     load, because it has none and would shrink.
//  2. While the lock is held it may add instances but not remove any
//     ([Scaler.HoldMinimum]): what a deploy has counted stays.
//  3. A switch hands it over ([Scaler.FollowTraffic]), with the bounds of the
//     release that now has the traffic, and at its number of instances.
//  4. When the lock is released, its lower bound is the configured one again
//     ([Scaler.ReleaseMinimum]), or the number that a person asked for:
//     scaling by hand sets a lower bound until the next time. The autoscaler
//     would silently undo any other number within minutes.
//
// The package knows the autoscaler and Deployments, but not the route.
package autoscale

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

const scalerKind = "HorizontalPodAutoscaler"

// Scaler changes the autoscaler under the lock.
type Scaler struct {
	app *objects.App
	out *fenced.Writer
}

// NewScaler returns a scaler that writes with out.
func NewScaler(out *fenced.Writer) *Scaler { return &Scaler{out.App(), out} }

// FollowTraffic makes the autoscaler follow color c, or deletes it if the
// release there wants none.
func (s *Scaler) FollowTraffic(ctx context.Context, c color.Color) error {
	d, err := s.app.ReadDeployment(ctx, c)
	if err != nil || d == nil {
		return err
	}
	have, err := s.app.ReadScaler(ctx)
	if err != nil {
		return err
	}
	auto, noted := readBounds(d)
	if !noted && have != nil {
		return s.retargetScaler(ctx, c, objects.SpecReplicas(d)) // somebody removed or damaged the annotation
	}
	next := s.newScaler(c, auto, objects.SpecReplicas(d), have)
	if next == nil {
		return s.out.DeleteObject(ctx, scalerKind, s.app.Name)
	}
	if _, err := s.out.ApplyObject(ctx, next); err != nil {
		return fmt.Errorf("hand the autoscaler over to %s: %w", c, err)
	}
	return nil
}

// retargetScaler makes the autoscaler follow color c with the bounds that it
// has.
func (s *Scaler) retargetScaler(ctx context.Context, c color.Color, n int) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		name := s.app.ColorName(c)
		if objects.TextField(o, "spec", "scaleTargetRef", "name") == name {
			return false, nil
		}
		if err := objects.SetTextField(o, name, "spec", "scaleTargetRef", "name"); err != nil {
			return false, err
		}
		_, err := setMinimum(o, max(MinReplicas(o), n))
		return true, err
	})
}

// newScaler is the autoscaler of a color with n instances, which is its lower
// bound; nil if none is wanted.
func (s *Scaler) newScaler(c color.Color, auto config.Autoscale, n int, have *kube.Object) *kube.Object {
	r := release.Release{App: s.app.Name, Config: config.App{Name: s.app.Name, Autoscale: auto}}
	upper := max(auto.Max, auto.Min, 1)
	o := manifest.NewScaler(manifest.App{Release: s.app.ReleaseHere(r), Color: c}, c, min(max(n, auto.Min, 1), upper), upper)
	if o == nil {
		return nil
	}
	objects.SetAnnotation(o, minimumAnnotation, strconv.Itoa(max(auto.Min, 1)))
	if have != nil {
		if manual := have.GetAnnotations()[manualAnnotation]; manual != "" {
			objects.SetAnnotation(o, manualAnnotation, manual)
		}
	}
	return o
}

// HoldMinimum keeps the autoscaler from removing instances while the lock is
// held.
func (s *Scaler) HoldMinimum(ctx context.Context) error {
	have, err := s.app.ReadScaler(ctx)
	if err != nil || have == nil {
		return err
	}
	h, err := kube.ConvertObject[autoscalingv2.HorizontalPodAutoscaler](have)
	if err != nil {
		return err
	}
	d, err := s.app.Kube.GetObject(ctx, s.app.ObjectRef("Deployment", h.Spec.ScaleTargetRef.Name))
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		return setMinimum(o, max(MinReplicas(o), objects.SpecReplicas(d)))
	})
}

// ReleaseMinimum gives the autoscaler its lower bound back.
func (s *Scaler) ReleaseMinimum(ctx context.Context) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		return setMinimum(o, UnlockedMinimum(o))
	})
}

// SetManualMinimum makes n the lower bound until a person scales again.
func (s *Scaler) SetManualMinimum(ctx context.Context, n int) error {
	return s.editScaler(ctx, func(o *kube.Object) (bool, error) {
		changed := objects.NumberAnnotation(o, manualAnnotation) != n
		objects.SetAnnotation(o, manualAnnotation, strconv.Itoa(n))
		moved, err := setMinimum(o, n)
		return changed || moved, err
	})
}

// editScaler changes the autoscaler, if there is one.
func (s *Scaler) editScaler(ctx context.Context, change func(*kube.Object) (bool, error)) error {
	_, err := s.out.EditObject(ctx, scalerKind, s.app.Name, change)
	if kube.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("change the autoscaler: %w", err)
	}
	return nil
}

// NoteBounds keeps with a Deployment what the autoscaler must know when the
// color gets the traffic, which another process may do.
func NoteBounds(deployment *kube.Object, a config.Autoscale) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	objects.SetAnnotation(deployment, boundsAnnotation, string(b))
	return nil
}

func readBounds(deployment *kube.Object) (a config.Autoscale, ok bool) {
	ok = json.Unmarshal([]byte(deployment.GetAnnotations()[boundsAnnotation]), &a) == nil
	return a, ok
}
