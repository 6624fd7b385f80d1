package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/kit/wait"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/pods"
)

const (
	startLimit = 10 * time.Minute        // pulling a large image takes its time
	roomLimit  = 1500 * time.Millisecond // for a node to have room
)

// waiter waits for the instances of a color to be started.
type waiter struct {
	*session
	color  color.Color
	noRoom time.Time       // since when a pod has not found a node; zero: all have
	loaded map[string]bool // nodes that were given an image again
}

// awaitStarted returns when a color has n instances and all were started, or
// when it is known why that will never be. Whether they live is not its
// question: the gate judges that.
func (s *session) awaitStarted(ctx context.Context, c color.Color, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("not started within %s", startLimit))
	defer cancel()
	w := &waiter{session: s, color: c, loaded: map[string]bool{}}
	for {
		colors, err := s.cache.ReadColors(ctx)
		if err != nil {
			return err
		}
		done, err := w.judge(ctx, colors[c], n)
		if done || err != nil {
			return err
		}
		if err := wait.SleepContext(ctx, applyPoll); err != nil {
			return fmt.Errorf("start %s: %w", c, err)
		}
	}
}

func (w *waiter) judge(ctx context.Context, s cache.ColorState, n int) (done bool, err error) {
	if s.Deployment == nil {
		return false, nil
	}
	if err := refusedPods(s.Deployment); err != nil {
		return false, w.explain(ctx, s.Deployment.Name, err.Error())
	}
	running := pods.ListRunning(s.Pods)
	if want(s.Deployment) != n {
		n = want(s.Deployment) // the autoscaler was faster
	}
	done = len(running) == n
	for _, p := range running {
		if err := w.stuck(ctx, p); err != nil {
			return false, err
		}
		done = done && pods.AppStarted(p)
	}
	if !slices.ContainsFunc(running, unscheduled) {
		w.noRoom = time.Time{}
	}
	return done, nil
}

// refusedPods says why the cluster does not even make the pods.
func refusedPods(d *appsv1.Deployment) error {
	if d.Status.ObservedGeneration < d.Generation {
		return nil
	}
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			return fmt.Errorf("%s", pods.JoinReason(c.Reason, c.Message))
		}
	}
	return nil
}
