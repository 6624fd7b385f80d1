// Package addons installs in a cluster what all apps in it share.
//
// It has two entry points. [InstallBase] installs everything in the bare cluster
// that version-manager makes on one machine: DNS, metrics, volumes, and the
// ingress, with images that were made on that machine. [InstallIngress] installs
// in any other cluster what is missing to route requests: the Gateway API,
// Traefik, and one Gateway. It uses what exists and is suitable, reports what
// exists and is not, and changes nothing that belongs to others, with one
// exception that K3s provides for.
//
// The objects are the YAML in manifests/cluster and manifests/ingress. Applying
// them again changes nothing, so both calls can be repeated at any time, for
// example after an interruption.
package addons

import (
	"context"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/progress"
	objects "version-manager/manifests/cluster"
)

// installTimeout is the time in which everything must become ready. Most of it
// is for nodes that pull images over a slow network.
const installTimeout = 3 * time.Minute

// Options are what differs between clusters.
type Options struct {
	// Addresses are those of the nodes. With them, port 80 of each node leads to
	// the ingress. Without them, that is left to the cluster's load balancer.
	Addresses []string
	// Traefik replaces the official image, for clusters that pull from a mirror.
	Traefik string
	// Progress reports each step as a detail. It may be nil.
	Progress *progress.Reporter
}

// Report says what was done.
type Report struct {
	Did      []string // "installed Traefik v3.6.12", in order; empty if nothing was missing
	Warnings []string // what exists but differs from what it should be
}

// InstallBase installs everything in a bare cluster, whose nodes have the images
// of programs.Set.ListImages. It returns when everything is ready.
func InstallBase(ctx context.Context, c kube.Cluster, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	o.Progress.ReportDetail("installing the Gateway API")
	if err := applyDefinitions(ctx, c, gatewayDefinitions()); err != nil {
		return err
	}
	// All parts are applied before the first one is waited for, so they start at
	// the same time.
	parts := append(loadObjects(objects.Files), ownObjects(o)...)
	for _, part := range parts {
		useLocalImages(part)
	}
	o.Progress.ReportDetail("installing DNS, metrics, volumes, and the ingress")
	if err := applyObjects(ctx, c, parts); err != nil {
		return err
	}
	return waitReady(ctx, c, parts, o.Progress)
}
