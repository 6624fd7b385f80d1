// Package images brings images to where the nodes of a cluster find them: to
// a registry that the user names, or, where none exists, straight into each
// node through a command of the user's.
//
// It does not know Deployments and pods. A caller that starts some asks for an
// image and gets the name to write into the pod, see [Placed]. It builds nothing
// either, except for one image: that of the sidecar, which is this program.
//
// Start with [New], which makes no requests. [Delivery.Check] finds out
// beforehand what would keep pods from starting; [Delivery.Image] and
// [Delivery.Sidecar] do nothing where everything is in its place.
package images

import (
	"context"
	"fmt"
	"strings"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/release/ociimage"
)

// Local is the registry in the names of images that no registry has.
const Local = "version-manager.local"

// Options say whose images are brought, and where to.
type Options struct {
	Cluster   kube.Cluster
	Store     *release.Store
	App       string
	Namespace string
	Config    config.Kubernetes
	Self      []string     // this program and its first arguments; empty: the running executable
	Log       func(string) // is told what a person should know; may be nil
}

// Placed is an image that nodes can find.
type Placed struct {
	Ref   string // for the pod
	Pull  string // "Never" where it was loaded into the nodes, else "IfNotPresent"
	User  int64  // that the image runs as; 0: root
	Group int64  // its group, if the image names one; 0: none, or root's
	OS    string // "linux"
	Arch  string // "amd64": of the nodes that can run it
}

// Delivery brings the images of one app.
type Delivery struct {
	o Options

	mu       sync.Mutex
	platform platform          // of the image that was asked for last
	selves   map[platform]own  // sidecar images that were made
	asked    map[string]string // digests of the images that were asked for, by name
}

// own is the sidecar's image.
type own struct {
	image v1.Image
	err   error
}

// NewDelivery returns the Delivery for an app.
func NewDelivery(o Options) *Delivery {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	return &Delivery{o: o, platform: hostOf(), selves: map[platform]own{}, asked: map[string]string{}}
}

// parcel is an image on its way.
type parcel struct {
	Placed
	image    v1.Image
	platform platform
}

// carrier is one way of bringing images to nodes.
type carrier interface {
	imageName(repository string, digest v1.Hash) Placed
	checkReady(ctx context.Context, p parcel) error
	bringImage(ctx context.Context, p parcel) error
}

// Name is what Image would return. It makes no requests.
func (d *Delivery) Name(digest string) (Placed, error) {
	p, _, err := d.app(digest)
	return p.Placed, err
}

// Image brings the image of a release.
func (d *Delivery) Image(ctx context.Context, digest string) (Placed, error) {
	p, c, err := d.app(digest)
	if err != nil {
		return Placed{}, err
	}
	return p.Placed, c.bringImage(ctx, p)
}

// SidecarName is what Sidecar would return. It makes no requests.
func (d *Delivery) SidecarName() (Placed, error) {
	p, _, err := d.sidecar()
	return p.Placed, err
}

// Sidecar brings this program, for the platform of the image that was asked
// for last: both run in the same pods.
func (d *Delivery) Sidecar(ctx context.Context) (Placed, error) {
	p, c, err := d.sidecar()
	if err != nil {
		return Placed{}, err
	}
	return p.Placed, c.bringImage(ctx, p)
}

// app finds a release's image.
func (d *Delivery) app(digest string) (parcel, carrier, error) {
	img, err := d.o.Store.OpenImage(digest)
	if err != nil {
		return parcel{}, nil, err
	}
	image, err := img.AsV1Image()
	if err != nil {
		return parcel{}, nil, fmt.Errorf("image %.19s: %w", digest, err)
	}
	p, c, err := d.pack(d.o.App, image)
	if err == nil {
		p.User, p.Group, err = runAs(img)
	}
	if err == nil {
		d.mu.Lock()
		d.platform, d.asked[p.Ref] = p.platform, digest
		d.mu.Unlock()
	}
	return p, c, err
}

// pack finds out how an image is named and carried.
func (d *Delivery) pack(repository string, image v1.Image) (parcel, carrier, error) {
	c, err := d.carrier()
	if err != nil {
		return parcel{}, nil, err
	}
	digest, err := image.Digest()
	if err != nil {
		return parcel{}, nil, fmt.Errorf("image of %s: %w", repository, err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		return parcel{}, nil, fmt.Errorf("image of %s: %w", repository, err)
	}
	p := parcel{Placed: c.imageName(repository, digest), image: image, platform: platform{file.OS, file.Architecture}}
	p.User, p.OS, p.Arch = nobody, file.OS, file.Architecture
	return p, c, nil
}

// carrier is the way that the configuration chooses.
func (d *Delivery) carrier() (carrier, error) {
	if d.o.Config.Registry != "" {
		return newRegistry(d.o)
	}
	return newLoader(d.o)
}

// runAs resolves the image's user here, by the image's own files: the kubelet
// cannot tell of a name that it is not root's. The group counts only if the
// image names one.
func runAs(img *ociimage.Image) (user, group int64, err error) {
	u, err := img.ResolveUser()
	if err == nil && strings.Contains(u.Name, ":") {
		group = int64(u.GID)
	}
	return int64(u.UID), group, err
}

// shortDigest is as much of a digest as a tag shows.
func shortDigest(digest v1.Hash) string { return fmt.Sprintf("%.12s", digest.Hex) }
