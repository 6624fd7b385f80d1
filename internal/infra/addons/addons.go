// Package addons puts into a cluster what every app in it shares.
//
// There are two users. The cluster that version-manager makes on one machine
// is bare and gets everything by [Cluster]: DNS, metrics, volumes and the
// ingress, with images that were made on that machine. A cluster of somebody
// else gets by [Ingress] what it lacks to route requests, and nothing else:
// the Gateway API, Traefik, one Gateway. What is there already and fits is
// used, what is there and does not fit is named, and nothing of others is
// changed, with one exception that K3s provides for.
//
// The objects are the YAML of manifests/cluster and manifests/ingress. Applying them
// again changes nothing, so both calls may be repeated at any time, and are
// how an interrupted one goes on.
//
// The package does not start clusters and knows no apps. Start with [Ingress].
package addons

import (
	"context"
	"time"

	"version-manager/internal/kube"
	objects "version-manager/manifests/cluster"
)

// patience is how long the parts may take to become ready. Most of it is for
// nodes that pull images over a slow line.
const patience = 3 * time.Minute

// Options are what differs between clusters.
type Options struct {
	// Addresses are the nodes' own. With them, port 80 of each node leads to
	// the ingress; without, that is left to the cluster's load balancer.
	Addresses []string
	// Traefik is the image to use instead of the official one, for clusters
	// that pull from a mirror.
	Traefik string
}

// Report says what was done.
type Report struct {
	Did      []string // "installed Traefik v3.6.12", in order; empty if all was there
	Warnings []string // what is there and otherwise than it should be
}

// InstallBase gives a bare cluster everything, and returns when it works. The
// nodes have the images of programs.Set.Images. progress is told each step.
func InstallBase(ctx context.Context, c kube.Cluster, o Options, progress func(step string)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	progress("install the Gateway API")
	if err := applyCRDs(ctx, c, crds()); err != nil {
		return err
	}
	// Everything is applied before anything is waited for: the parts start at
	// the same time.
	parts := append(load(objects.Files), ours(o)...)
	for _, part := range parts {
		local(part)
	}
	progress("install DNS, metrics, volumes and the ingress")
	if err := apply(ctx, c, parts); err != nil {
		return err
	}
	return wait(ctx, c, parts, progress)
}
