package kubernetes

import (
	"context"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/images"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// delivery brings images to where the nodes find them. An *images.Delivery is
// the real one.
type delivery interface {
	// Check finds out what would keep the nodes from running an image.
	Check(ctx context.Context, digest string) error
	// Image brings the app's image, Sidecar that of this program.
	Image(ctx context.Context, digest string) (images.Placed, error)
	Sidecar(ctx context.Context) (images.Placed, error)
	// Name and SidecarName are what these return, and bring nothing.
	Name(digest string) (images.Placed, error)
	SidecarName() (images.Placed, error)
	// Again brings an image to a node that has lost it.
	Again(ctx context.Context, ref, node string) error
}

var _ delivery = (*images.Delivery)(nil)

// CheckDelivery says what would keep the nodes from running a release, as far as
// that can be known before its images are brought.
func (t *Target) CheckDelivery(ctx context.Context, r release.Release) error {
	return t.images.Check(ctx, r.Image)
}

// deliver brings both images of a release to the nodes and says so in a.
func (t *Target) deliver(ctx context.Context, a *manifest.App) error {
	digest := a.Release.Image
	if err := t.images.Check(ctx, digest); err != nil {
		return err
	}
	app, err := t.images.Image(ctx, digest)
	if err != nil {
		return err
	}
	sidecar, err := t.images.Sidecar(ctx)
	attribute(a, app, sidecar)
	return err
}

// name is deliver without bringing anything.
func (t *Target) name(a *manifest.App) error {
	app, err := t.images.Name(a.Release.Image)
	if err != nil {
		return err
	}
	sidecar, err := t.images.SidecarName()
	attribute(a, app, sidecar)
	return err
}

func attribute(a *manifest.App, app, sidecar images.Placed) {
	a.Image, a.User, a.Group, a.PullPolicy = app.Ref, app.User, app.Group, corev1.PullPolicy(app.Pull)
	a.Sidecar, a.OS, a.Arch = sidecar.Ref, app.OS, app.Arch
}
