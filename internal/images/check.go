package images

import "context"

// Check finds out what would keep the nodes from running the image of a
// release: an architecture that none has, a way of bringing it that does not
// work, a Secret that is missing.
func (d *Delivery) Check(ctx context.Context, digest string) error {
	p, c, err := d.app(digest)
	if err != nil {
		return err
	}
	all, err := listNodes(ctx, d.o.Cluster)
	if err != nil {
		return err
	}
	if _, err := isRunnable(all, p); err != nil {
		return err
	}
	if _, _, err := d.sidecar(); err != nil {
		return err
	}
	return c.checkReady(ctx, p)
}
