package images

import (
	"context"
	"strings"

	"version-manager/internal/kit/problem"
)

// Again brings an image to a node that has lost it although it should have
// it, because the node was recreated or cleaned up.
func (d *Delivery) Again(ctx context.Context, ref, node string) error {
	p, c, err := d.find(ref)
	if err != nil {
		return err
	}
	if l, ok := c.(*loader); ok {
		return l.repeatFor(ctx, p, node)
	}
	return c.bringImage(ctx, p)
}

// find returns the image that goes by a name: one that was asked for, or,
// after a new start of this program, that of a release.
func (d *Delivery) find(ref string) (parcel, carrier, error) {
	if p, c, err := d.sidecar(); err == nil && p.Ref == ref {
		return p, c, nil
	}
	d.mu.Lock()
	digest, ok := d.asked[ref]
	d.mu.Unlock()
	if ok {
		return d.app(digest)
	}
	releases, err := d.o.Store.ListRecords(d.o.App) // a damaged one beside it does not matter
	for _, r := range releases {
		if !strings.Contains(ref, strings.TrimPrefix(r.Image, "sha256:")[:12]) {
			continue
		}
		if p, c, err := d.app(r.Image); err == nil && p.Ref == ref {
			return p, c, nil
		}
	}
	if err != nil {
		return parcel{}, nil, err
	}
	return parcel{}, nil, problem.New(problem.NotFound, "version-manager list", "no release here has the image %s", ref)
}
