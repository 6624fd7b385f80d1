package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/target/kubernetes/sidecars"
)

const (
	byePatience = 2 * time.Second  // for one sidecar to hear the goodbye
	endPatience = 20 * time.Second // beyond a pod's own grace, for the cluster to end it
)

// Retire implements [deploy.Session].
func (s *session) Retire(ctx context.Context, c color.Color) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	route, err := s.readLive(ctx, "HTTPRoute", s.app.Name)
	if err != nil {
		return fmt.Errorf("look at the route: %w", err)
	}
	active := color.None
	if route != nil {
		if manifest.Leads(route, s.app.Name, c) {
			return fmt.Errorf("retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		active, _ = s.app.RouteTraffic(route)
	}
	if err := s.forgetPreview(ctx, s.deaf(active)); err != nil {
		return err
	}
	if err := s.end(ctx, c); err != nil || active != color.None {
		return err
	}
	return s.closeDown(ctx, c.Other())
}

// closeDown takes the routes away when nothing runs any more and nothing ever
// had the traffic, as after a first deploy that failed: a route that leads to
// nobody may take the requests of another app's.
func (s *session) closeDown(ctx context.Context, other color.Color) error {
	d, err := s.app.ReadDeployment(ctx, other)
	if err != nil || d != nil {
		return err
	}
	return s.removeRoutes(ctx)
}

// end says goodbye to who is still connected to a color, deletes what makes
// it run, and waits until its pods are gone or their grace is over.
func (s *session) end(ctx context.Context, c color.Color) error {
	list, err := s.app.ListPods(ctx, c)
	if err != nil {
		return err
	}
	sidecars.SendGoodbyes(ctx, s.app.Kube, s.app.Namespace, list)
	name := s.app.ColorName(c)
	if err := s.emptyHeld(ctx, name); err != nil {
		return err
	}
	for _, o := range []kube.Ref{s.app.ObjectRef("Deployment", name), s.app.ObjectRef("PodDisruptionBudget", name), s.app.ObjectRef("Secret", manifest.SecretName(s.app.Name, c))} {
		if err := s.delete(ctx, o.Kind, o.Name); err != nil {
			return err
		}
	}
	return s.awaitGone(ctx, c, pods.LongestGrace(list)+endPatience)
}

// emptyHeld scales a Deployment to 0 that will stay after it was deleted, because
// somebody's finalizers hold it. Its pods would stay with it.
func (s *session) emptyHeld(ctx context.Context, name string) error {
	_, err := s.edit(ctx, "Deployment", name, func(o *kube.Object) (bool, error) {
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

// awaitGone returns when a color has no pods any more. One on a node that does
// not answer stays in the books: after its grace nobody waits for it. A
// Deployment that stays is an error: what is made under its name goes with it.
func (s *session) awaitGone(ctx context.Context, c color.Color, limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		left, err := s.app.ListPods(ctx, c)
		if err != nil {
			return err
		}
		held, err := s.app.ReadDeployment(ctx, c)
		if err != nil {
			return err
		}
		switch late := time.Now().After(deadline); {
		case held != nil && late:
			return s.heldBack(held)
		case held == nil && (len(left) == 0 || late):
			return nil
		}
		if err := wait.SleepContext(ctx, 4*applyPoll); err != nil {
			return err
		}
	}
}

// heldBack says what keeps an object that was deleted.
func (t *Target) heldBack(o *kube.Object) error {
	hint := t.app.Kube.Kubectl(t.app.Namespace, fmt.Sprintf(`patch %s %s --type=merge -p '{"metadata":{"finalizers":null}}'`, strings.ToLower(o.GetKind()), o.GetName())) +
		"    (unless whoever put them there still has to clean up; then repeat the same command)"
	return problem.New(problem.Failed, hint, "%s was deleted and stays, because finalizers hold it: %s", objects.KindAndName(o), strings.Join(o.GetFinalizers(), ", "))
}
