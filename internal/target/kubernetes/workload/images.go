package workload

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/images"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// Delivery brings images to where the nodes find them. An *images.Delivery is
// the real one.
type Delivery interface {
	// Check finds out what would keep the nodes from running an image.
	Check(ctx context.Context, digest string) error
	// Image delivers the app's image, Sidecar that of this program.
	Image(ctx context.Context, digest string) (images.Placed, error)
	Sidecar(ctx context.Context) (images.Placed, error)
	// Name and SidecarName return what these would, and deliver nothing.
	Name(digest string) (images.Placed, error)
	SidecarName() (images.Placed, error)
	// Again delivers an image to a node that has lost it.
	Again(ctx context.Context, ref, node string) error
}

var _ Delivery = (*images.Delivery)(nil)

// Images fills in the images of a manifest.
type Images struct{ Delivery Delivery }

// NewImages returns the images that a delivery brings.
func NewImages(d Delivery) *Images { return &Images{d} }

// CheckDeliverable says what would keep the nodes from running a release, as
// far as that can be known before its images are delivered.
func (i *Images) CheckDeliverable(ctx context.Context, r release.Release) error {
	return i.Delivery.Check(ctx, r.Image)
}

// deliverImages delivers both images of a release to the nodes.
func (i *Images) deliverImages(ctx context.Context, a *manifest.App) error {
	digest := a.Release.Image
	if err := i.Delivery.Check(ctx, digest); err != nil {
		return err
	}
	app, err := i.Delivery.Image(ctx, digest)
	if err != nil {
		return err
	}
	sidecar, err := i.Delivery.Sidecar(ctx)
	setImages(a, app, sidecar)
	return err
}

// nameImages is deliverImages without a delivery.
func (i *Images) nameImages(a *manifest.App) error {
	app, err := i.Delivery.Name(a.Release.Image)
	if err != nil {
		return err
	}
	sidecar, err := i.Delivery.SidecarName()
	setImages(a, app, sidecar)
	return err
}

func setImages(a *manifest.App, app, sidecar images.Placed) {
	a.Image, a.User, a.Group, a.PullPolicy = app.Ref, app.User, app.Group, corev1.PullPolicy(app.Pull)
	a.Sidecar, a.OS, a.Arch = sidecar.Ref, app.OS, app.Arch
}
