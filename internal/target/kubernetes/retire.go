package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
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
	route, err := s.readLive(ctx, "HTTPRoute", s.app)
	if err != nil {
		return fmt.Errorf("look at the route: %w", err)
	}
	active := color.None
	if route != nil {
		if manifest.Leads(route, s.app, c) {
			return fmt.Errorf("retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		active, _ = s.traffic(route)
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
	d, err := s.deployment(ctx, other)
	if err != nil || d != nil {
		return err
	}
	return s.removeRoutes(ctx)
}

// end says goodbye to who is still connected to a color, deletes what makes
// it run, and waits until its pods are gone or their grace is over.
func (s *session) end(ctx context.Context, c color.Color) error {
	pods, err := s.pods(ctx, c)
	if err != nil {
		return err
	}
	s.sayGoodbye(ctx, pods)
	name := manifest.Side(s.app, c)
	if err := s.emptyHeld(ctx, name); err != nil {
		return err
	}
	for _, o := range []kube.Ref{s.ref("Deployment", name), s.ref("PodDisruptionBudget", name), s.ref("Secret", manifest.SecretName(s.app, c))} {
		if err := s.delete(ctx, o.Kind, o.Name); err != nil {
			return err
		}
	}
	return s.awaitGone(ctx, c, grace(pods)+endPatience)
}

// emptyHeld scales a Deployment to 0 that will stay after it was deleted, because
// somebody's finalizers hold it. Its pods would stay with it.
func (s *session) emptyHeld(ctx context.Context, name string) error {
	_, err := s.edit(ctx, "Deployment", name, func(o *kube.Object) (bool, error) {
		if len(o.GetFinalizers()) == 0 || o.GetDeletionTimestamp() != nil {
			return false, nil
		}
		return setReplicas(o, 0)
	})
	if kube.IsNotFound(err) {
		return nil
	}
	return err
}

// pods reads the pods of a color from the API server itself.
func (t *Target) pods(ctx context.Context, c color.Color) ([]*corev1.Pod, error) {
	return list[corev1.Pod](ctx, t.kube, t.ref("Pod", ""), manifest.Selector(t.app, c))
}

// sayGoodbye has the WebSockets of pods sent away. One that does not listen
// ends without a word.
func (s *session) sayGoodbye(ctx context.Context, pods []*corev1.Pod) {
	ctx, cancel := context.WithTimeout(ctx, byePatience)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range pods {
		if sidecarRuns(p) {
			wg.Go(func() { _ = goodbye(ctx, s.kube, s.namespace, p.Name) })
		}
	}
	wg.Wait()
}

// grace is the longest that one of the pods may take to end.
func grace(pods []*corev1.Pod) (longest time.Duration) {
	for _, p := range pods {
		if s := p.Spec.TerminationGracePeriodSeconds; s != nil {
			longest = max(longest, time.Duration(*s)*time.Second)
		}
	}
	return longest
}

// awaitGone returns when a color has no pods any more. One on a node that does
// not answer stays in the books: after its grace nobody waits for it. A
// Deployment that stays is an error: what is made under its name goes with it.
func (s *session) awaitGone(ctx context.Context, c color.Color, limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		left, err := s.pods(ctx, c)
		if err != nil {
			return err
		}
		held, err := s.deployment(ctx, c)
		if err != nil {
			return err
		}
		switch late := time.Now().After(deadline); {
		case held != nil && late:
			return s.heldBack(held)
		case held == nil && (len(left) == 0 || late):
			return nil
		}
		if err := wait.For(ctx, 4*applyPoll); err != nil {
			return err
		}
	}
}

// heldBack says what keeps an object that was deleted.
func (t *Target) heldBack(o *kube.Object) error {
	hint := t.kube.Kubectl(t.namespace, fmt.Sprintf(`patch %s %s --type=merge -p '{"metadata":{"finalizers":null}}'`, strings.ToLower(o.GetKind()), o.GetName())) +
		"    (unless whoever put them there still has to clean up; then repeat the same command)"
	return problem.New(problem.Failed, hint, "%s was deleted and stays, because finalizers hold it: %s", named(o), strings.Join(o.GetFinalizers(), ", "))
}
