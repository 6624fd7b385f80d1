// Package preflight finds out before the first change what would stop a deploy
// halfway: an old API server, missing permissions, no node, names that are
// taken, a Gateway that does not work, or another app with the same hosts.
//
// It changes nothing, and does not know what is deployed.
package preflight

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/inspect"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/routes"
)

// Checker runs the checks.
type Checker struct {
	app       *objects.App
	context   string // of the kubeconfig, for messages
	gateway   *gateway.Reader
	neighbors *routes.Neighbors

	permitted atomic.Bool // the user was found to have all permissions
	claimed   atomic.Bool // the names were found to be free, or the app's own
}

// NewChecker returns a checker for an app; kubeContext is how people know the
// cluster.
func NewChecker(app *objects.App, kubeContext string, g *gateway.Reader, n *routes.Neighbors) *Checker {
	return &Checker{app: app, context: kubeContext, gateway: g, neighbors: n}
}

// CheckAll runs all checks concurrently and returns the error of the first one
// in the list that fails. Missing permissions come early, because they may
// keep the other checks from reading.
func (c *Checker) CheckAll(ctx context.Context) error {
	checks := []func(context.Context) error{
		c.checkVersion, c.checkPermissions, c.checkNodes, c.checkClaims, c.gateway.CheckUsable, c.neighbors.CheckOverlap,
	}
	errs := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, check := range checks {
		wg.Go(func() { errs[i] = check(ctx) })
	}
	wg.Wait()
	return cmp.Or(errs...)
}

func (c *Checker) checkVersion(ctx context.Context) error {
	v, err := c.app.Kube.ServerVersion(ctx)
	if err != nil {
		return err
	}
	_, err = kube.CheckVersion(v)
	return err
}

// checkNodes looks for a node that accepts pods. Without permission to list
// nodes, the pods will tell.
func (c *Checker) checkNodes(ctx context.Context) error {
	nodes, err := objects.ListTyped[corev1.Node](ctx, c.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nil
	}
	if err != nil {
		return err
	}
	p := problem.New(problem.Failed, c.app.Kube.KubectlCommand("", "get nodes"), "no node of the cluster is ready")
	for _, n := range nodes {
		ready, why := inspect.NodeState(n)
		if ready && !n.Spec.Unschedulable {
			return nil
		}
		p.Lines = append(p.Lines, fmt.Sprintf("%s: %s", n.Name, why))
	}
	return p
}
