package workload

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/routes"
)

// ApplyColor makes color c run exactly spec.
//
//  1. It refuses what would cost requests.
//  2. If the color runs the release already, only the number of instances
//     changes. The pods stay as they are, even if this program would make them
//     differently today: what is known to work is not touched. New secrets
//     reach an active color with the next deploy, and a standby one by starting
//     it again.
//  3. Otherwise it brings the images to the nodes, while the color goes on
//     running what it runs.
//  4. It ends another release in the color completely. That is deleted rather
//     than changed, so that there are never two versions behind one Service,
//     and the counts of the new one start at zero.
//  5. It makes the objects, and waits until the instances were started or it
//     is known why they never will be.
func (d *Deployer) ApplyColor(ctx context.Context, c color.Color, spec deploy.Spec) error {
	if err := d.out.VerifyHeld(ctx); err != nil {
		return err
	}
	have, err := d.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	active, err := d.app.ReadTraffic(ctx)
	if err != nil {
		return err
	}
	if err := d.checkSpec(c, active == c, have, spec); err != nil {
		return err
	}
	if err := errors.Join(checkSecrets(spec.Secrets), checkSecrets(spec.Spare)); err != nil {
		return err
	}
	same, err := d.hasSecrets(ctx, c, spec.Secrets)
	if err != nil {
		return err
	}
	if RunsSpec(have, spec) && (same || active == c) {
		if err = d.ResizeColor(ctx, active == c, c, spec); err == nil {
			_, err = d.RepairColor(ctx, c, spec)
		}
	} else {
		err = d.replaceRelease(ctx, active == c, c, spec)
	}
	if err != nil {
		return err
	}
	return d.awaitStarted(ctx, c, spec.Replicas)
}

// RunsSpec reports whether a Deployment, which may be nil, runs the release of
// a spec.
func RunsSpec(have *kube.Object, spec deploy.Spec) bool {
	return have != nil && have.GetDeletionTimestamp() == nil && manifest.RunsRelease(have, spec.Release)
}

// checkSpec refuses what would cost requests.
func (d *Deployer) checkSpec(c color.Color, active bool, have *kube.Object, spec deploy.Spec) error {
	return spec.CheckApply(d.app.Name, c, active, have != nil && !RunsSpec(have, spec))
}

// ResizeColor changes only the number of instances. A change of the active
// color is made by hand, so the autoscaler has to respect it.
func (d *Deployer) ResizeColor(ctx context.Context, active bool, c color.Color, spec deploy.Spec) error {
	if active {
		if err := d.scaler.SetManualMinimum(ctx, spec.Replicas); err != nil {
			return err
		}
	}
	_, err := d.out.EditObject(ctx, "Deployment", d.app.ColorName(c), func(o *kube.Object) (bool, error) {
		return objects.SetReplicas(o, spec.Replicas)
	})
	if err != nil {
		return fmt.Errorf("scale %s to %d: %w", c, spec.Replicas, err)
	}
	return nil
}

// replaceRelease makes color c run another release than it did.
func (d *Deployer) replaceRelease(ctx context.Context, active bool, c color.Color, spec deploy.Spec) error {
	a := newManifest(d.app, spec.Release, c)
	if err := d.images.deliverImages(ctx, &a); err != nil {
		return err
	}
	var err error
	if a.Proxies, err = d.gateway.ProxyNamespaces(ctx); err != nil {
		return err
	}
	if a.Secrets, err = d.chooseSecrets(ctx, c, spec); err != nil {
		return err
	}
	a.Replicas, a.Sleep = spec.Replicas, routes.SleepTime(ctx, d.app, d.gateway)
	if err := d.applyBase(ctx, a); err != nil {
		return err
	}
	if err := d.endOtherVersion(ctx, c, spec.Release.Version); err != nil {
		return fmt.Errorf("end what ran in %s: %w", c, err)
	}
	if err := d.createColor(ctx, a); err != nil {
		return err
	}
	if active {
		return nil // the preview belongs to the other color
	}
	return d.routes.PointPreview(ctx, c)
}

// endOtherVersion ends what runs in a color. It does not wait for the pods of
// a Deployment that somebody deleted, if they run the very version that is
// started again: users may be waiting for it.
func (d *Deployer) endOtherVersion(ctx context.Context, c color.Color, v release.Version) error {
	have, err := d.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	if have == nil {
		list, err := d.app.ListPods(ctx, c)
		if err != nil {
			return err
		}
		other := func(p *corev1.Pod) bool { return p.Labels[manifest.VersionLabel] != manifest.VersionValue(v) }
		if !slices.ContainsFunc(list, other) {
			return nil
		}
	}
	return d.EndColor(ctx, c)
}

// applyBase makes what belongs to the app as a whole.
func (d *Deployer) applyBase(ctx context.Context, a manifest.App) error {
	for _, o := range manifest.BaseObjects(a) {
		if o.GetKind() == "ConfigMap" {
			continue // the anchor, which the lock made: it holds more than the app's name
		}
		if _, err := d.out.ApplyObject(ctx, o); err != nil {
			return err
		}
	}
	if _, err := d.secret.EnsureSecrets(ctx, d.out); err != nil {
		return err
	}
	return d.routes.EnsureRoutes(ctx)
}

// createColor makes the objects of a color that runs nothing.
func (d *Deployer) createColor(ctx context.Context, a manifest.App) error {
	list, err := manifest.ColorObjects(a)
	if err != nil {
		return err
	}
	for _, o := range list {
		if err := completeDeployment(o, a); err != nil {
			return err
		}
		if _, err := d.out.ApplyObject(ctx, o); err != nil {
			return err
		}
	}
	return nil
}
