package images

import (
	"context"
	"strings"

	"version-manager/internal/problem"
)

// Again brings an image to a node that has lost it although it should have
// it, as one does that was made anew or cleans up.
func (d *Delivery) Again(ctx context.Context, ref, node string) error {
	p, c, err := d.find(ref)
	if err != nil {
		return err
	}
	if l, ok := c.(*loader); ok {
		return l.again(ctx, p, node)
	}
	return c.bring(ctx, p)
}

// find returns the image that goes by a name.
func (d *Delivery) find(ref string) (parcel, carrier, error) {
	if p, c, err := d.sidecar(); err == nil && p.Ref == ref {
		return p, c, nil
	}
	releases, err := d.o.Store.List(d.o.App) // a damaged one beside it does not matter
	for _, r := range releases {
		if !strings.Contains(ref, r.Image[len("sha256:"):][:12]) {
			continue
		}
		if p, c, err := d.app(r.Image); err == nil && p.Ref == ref {
			return p, c, nil
		}
	}
	return parcel{}, nil, problem.Wrap(err, problem.NotFound, "version-manager list", "image %s is of no release that is here", ref)
}
