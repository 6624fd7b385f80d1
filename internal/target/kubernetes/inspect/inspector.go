// Package inspect describes for people what surrounds an app in its cluster:
// nodes, services, the autoscaler, events, and what is risky about them.
//
// It changes nothing, and the engine decides nothing by it.
package inspect

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/routes"
)

// Inspector describes the surroundings of an app.
type Inspector struct {
	app       *objects.App
	gateway   *gateway.Reader
	neighbors *routes.Neighbors
}

// NewInspector returns an inspector that makes no requests before it is used.
func NewInspector(app *objects.App, g *gateway.Reader, n *routes.Neighbors) *Inspector {
	return &Inspector{app, g, n}
}

// DescribeCluster fills in everything that is read from the cluster. c names
// the cluster.
func (i *Inspector) DescribeCluster(ctx context.Context, c clusterstatus.Cluster) (*clusterstatus.Cluster, error) {
	g, all := errgroup.WithContext(ctx)
	g.Go(func() (err error) { c.Version, err = i.app.Kube.ServerVersion(all); return err })
	g.Go(func() (err error) { c.Nodes, err = i.listNodes(all); return err })
	g.Go(func() (err error) { c.Services, err = i.listServices(all); return err })
	g.Go(func() (err error) { c.Scaler, err = i.describeScaler(all); return err })
	g.Go(func() error {
		events, err := i.app.ListEvents(all)
		c.Events = recentEvents(events, time.Now())
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("inspect cluster %s: %w", c.Context, err)
	}
	c.Warnings = i.listWarnings(ctx, c)
	return &c, nil
}
