// Package workload starts and stops what runs in a color: its Deployment, its
// Secret and what belongs to them.
//
// It knows releases, images and pods. It reaches routes only by the interface
// [Routes], and does not decide which color gets the traffic.
package workload

import (
	"context"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/sidecars"
)

// SleepAnnotation on a Deployment says how long its pods sleep before they
// end.
const SleepAnnotation = "version-manager.io/sleep"

// Routes is what a Deployer needs of the routes.
type Routes interface {
	// EnsureRoutes creates the routes where they are missing.
	EnsureRoutes(ctx context.Context) error
	// PointPreview makes the preview lead to color c.
	PointPreview(ctx context.Context, c color.Color) error
	// RepairRoutes creates what is missing, except for the public route, and
	// returns the names.
	RepairRoutes(ctx context.Context, c color.Color) ([]string, error)
}

// Deployer changes what runs in the colors, under the lock.
type Deployer struct {
	app     *objects.App
	out     *fenced.Writer
	images  *Images
	gateway *gateway.Reader
	secret  *sidecars.ProbeSecret
	scaler  *autoscale.Scaler
	routes  Routes
}

// Parts are what a Deployer works with.
type Parts struct {
	Images  *Images
	Gateway *gateway.Reader
	Secret  *sidecars.ProbeSecret
	Scaler  *autoscale.Scaler
	Routes  Routes
}

// NewDeployer returns a deployer that writes with out.
func NewDeployer(out *fenced.Writer, p Parts) *Deployer {
	return &Deployer{out.App(), out, p.Images, p.Gateway, p.Secret, p.Scaler, p.Routes}
}

// newManifest is a release in this cluster.
func newManifest(app *objects.App, r release.Release, c color.Color) manifest.App {
	return manifest.App{Release: app.ReleaseHere(r), Color: c}
}

// completeDeployment adds to a Deployment what only this target needs to know.
// It leaves other objects alone.
func completeDeployment(o *kube.Object, a manifest.App) error {
	if o.GetKind() != "Deployment" {
		return nil
	}
	if _, err := objects.SetReplicas(o, a.Replicas); err != nil {
		return err
	}
	if a.Sleep > 0 {
		objects.SetAnnotation(o, SleepAnnotation, a.Sleep.String())
	}
	return autoscale.NoteBounds(o, a.Release.Config.Autoscale)
}
