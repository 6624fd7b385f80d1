package workload

import (
	"context"
	"fmt"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/target/kubernetes/sidecars"
)

const (
	endMargin   = 20 * time.Second       // beyond a pod's own grace period, for the cluster to end it
	endInterval = 200 * time.Millisecond // between two looks at what is left
)

// EndColor says goodbye to the WebSockets of a color, deletes what makes it
// run, and waits until its pods are gone or their grace period is over.
func (d *Deployer) EndColor(ctx context.Context, c color.Color) error {
	list, err := d.app.ListPods(ctx, c)
	if err != nil {
		return err
	}
	sidecars.SendGoodbyes(ctx, d.app.Kube, d.app.Namespace, list)
	name := d.app.ColorName(c)
	if err := d.emptyHeld(ctx, name); err != nil {
		return err
	}
	for _, o := range []struct{ kind, name string }{
		{"Deployment", name}, {"PodDisruptionBudget", name}, {"Secret", manifest.SecretName(d.app.Name, c)},
	} {
		if err := d.out.DeleteObject(ctx, o.kind, o.name); err != nil {
			return err
		}
	}
	return d.awaitGone(ctx, c, pods.LongestGrace(list)+endMargin)
}

// emptyHeld scales a Deployment to 0 that will outlast its deletion, because
// of finalizers. Its pods would stay with it.
func (d *Deployer) emptyHeld(ctx context.Context, name string) error {
	_, err := d.out.EditObject(ctx, "Deployment", name, func(o *kube.Object) (bool, error) {
		if len(o.GetFinalizers()) == 0 || o.GetDeletionTimestamp() != nil {
			return false, nil
		}
		return objects.SetReplicas(o, 0)
	})
	if kube.IsNotFound(err) {
		return nil
	}
	return err
}

// awaitGone returns when a color has no pods anymore. A pod on a node that
// does not answer remains listed: nobody waits for it beyond the limit. A
// Deployment that remains is an error, because it would take with it what is
// created under its name.
func (d *Deployer) awaitGone(ctx context.Context, c color.Color, limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		left, err := d.app.ListPods(ctx, c)
		if err != nil {
			return err
		}
		held, err := d.app.ReadDeployment(ctx, c)
		if err != nil {
			return err
		}
		switch late := time.Now().After(deadline); {
		case held != nil && late:
			return d.heldError(held)
		case held == nil && (len(left) == 0 || late):
			return nil
		}
		if err := wait.SleepContext(ctx, endInterval); err != nil {
			return err
		}
	}
}

// heldError says which finalizers keep an object that was deleted.
func (d *Deployer) heldError(o *kube.Object) error {
	hint := d.app.Kube.KubectlCommand(d.app.Namespace, fmt.Sprintf(`patch %s %s --type=merge -p '{"metadata":{"finalizers":null}}'`, strings.ToLower(o.GetKind()), o.GetName()))
	return problem.New(problem.Failed, hint, "%s was deleted but remains, because of its finalizers: %s; if their owner has nothing left to clean up, remove them and repeat the command",
		objects.KindAndName(o), strings.Join(o.GetFinalizers(), ", "))
}
