package onemachine

import (
	"context"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"version-manager/internal/kit/problem"
)

const (
	importTimeout = 15 * time.Minute // for one image and one node
	startTimeout  = 90 * time.Second // for the first answer of anything that was started
)

// LoadImage imports an image archive, in the format of Docker or OCI, into one
// node.
func (c *Cluster) LoadImage(ctx context.Context, name string, archive io.Reader) error {
	s, err := c.dir.ReadSpec()
	if err != nil {
		return err
	}
	n, err := s.FindNode(name)
	if err != nil {
		return err
	}
	node := c.containerdOf(n)
	if !node.isReady(ctx) {
		return problem.New(problem.Failed, "version-manager cluster up", "containerd of node %s is not running", n.Name)
	}
	return node.importArchive(ctx, archive)
}

// loadImages imports the cluster's own images into all nodes at once.
func (op *operation) loadImages(ctx context.Context) error {
	nodes, ctx := errgroup.WithContext(ctx)
	for _, n := range op.spec.ListNodes() {
		if op.dir.IsKilled(n.Name) {
			continue
		}
		nodes.Go(func() error {
			node := op.containerdOf(n)
			if err := waitUntil(ctx, startTimeout, "containerd of "+n.Name, node.isReady); err != nil {
				return err
			}
			return node.importMissing(ctx, op.set.ListImages())
		})
	}
	return nodes.Wait()
}
