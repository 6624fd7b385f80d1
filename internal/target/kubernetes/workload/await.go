package workload

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
	startTimeout    = 10 * time.Minute // pulling a large image takes its time
	startInterval   = 50 * time.Millisecond
	scheduleTimeout = 1500 * time.Millisecond // for a node to have room
)

// startWaiter waits for the instances of a color to be started.
type startWaiter struct {
	*Deployer
	color         color.Color
	unschedulable time.Time       // since when a pod has not found a node; zero: all have
	reloaded      map[string]bool // nodes to which an image was delivered again
}

// awaitStarted returns when a color has n instances and all were started, or
// when it is known why that will never happen. Whether they are healthy is for
// the gate to judge.
func (d *Deployer) awaitStarted(ctx context.Context, c color.Color, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("not started within %s", startTimeout))
	defer cancel()
	w := &startWaiter{Deployer: d, color: c, reloaded: map[string]bool{}}
	for {
		colors, err := d.out.Cache().ReadColors(ctx)
		if err != nil {
			return err
		}
		done, err := w.checkStarted(ctx, colors[c], n)
		if done || err != nil {
			return err
		}
		if err := wait.SleepContext(ctx, startInterval); err != nil {
			return fmt.Errorf("start %s: %w", c, err)
		}
	}
}

func (w *startWaiter) checkStarted(ctx context.Context, s cache.ColorState, n int) (done bool, err error) {
	if s.Deployment == nil {
		return false, nil
	}
	if err := podCreationError(s.Deployment); err != nil {
		return false, w.explainFailure(ctx, s.Deployment.Name, err.Error())
	}
	running := pods.ListRunning(s.Pods)
	if replicas := s.Replicas(); replicas != n {
		n = replicas // the autoscaler was faster
	}
	done = len(running) == n
	for _, p := range running {
		if err := w.checkPod(ctx, p); err != nil {
			return false, err
		}
		done = done && pods.AppStarted(p)
	}
	if !slices.ContainsFunc(running, isUnschedulable) {
		w.unschedulable = time.Time{}
	}
	return done, nil
}

// podCreationError says why the cluster does not even create the pods.
func podCreationError(d *appsv1.Deployment) error {
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
