package main

import (
	"context"
	"errors"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// frozenTimeout is how long users wait for an answer in these faults. It is
// longer than any freeze: slow answers are allowed, lost ones are not.
const frozenTimeout = 20 * time.Second

// frozenFaults stop processes for a while, as a machine without processor time
// does. No proxy and no instance may be taken out of service or restarted for
// that: when the processes run again, they answer everything that waits.
func frozenFaults() []fault {
	return []fault{
		{name: "proxies frozen", did: "all Traefik pods are frozen for 8 s in bake", codes: []int{0, 3}, rate: meddlingRate, timeout: frozenTimeout,
			show: freezeDuringBake(8*time.Second, (*bench).traefikPods)},
		{name: "instances frozen", did: "all instances are frozen for 10 s in bake", codes: []int{0, 3}, rate: meddlingRate, timeout: frozenTimeout,
			show: freezeDuringBake(10*time.Second, (*bench).appPods)},
	}
}

// freezeDuringBake deploys, and stops all processes of some pods for a while.
func freezeDuringBake(length time.Duration, pods func(*bench, context.Context) ([]*corev1.Pod, error)) func(*bench, context.Context) (rig.Result, error) {
	return func(b *bench, ctx context.Context) (rig.Result, error) {
		return b.deployAndBreak(ctx, "bake", func() error {
			all, err := pods(b, ctx)
			if err != nil {
				return err
			}
			return freezePods(ctx, length, all)
		})
	}
}

func freezePods(ctx context.Context, length time.Duration, pods []*corev1.Pod) (err error) {
	var frozen []int
	defer func() {
		for _, pid := range frozen {
			err = errors.Join(err, syscall.Kill(pid, syscall.SIGCONT))
		}
	}()
	for _, p := range pods {
		pids, err := lab.FindPodProcesses(string(p.UID))
		if err != nil {
			return err
		}
		for _, pid := range pids {
			if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
				return err
			}
			frozen = append(frozen, pid)
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(length): // the freeze itself
	}
	return nil
}

// appPods are the pods of the app.
func (b *bench) appPods(ctx context.Context) (pods []*corev1.Pod, err error) {
	return b.runningPods(ctx, kube.Ref{Kind: "Pod"}, "app.kubernetes.io/name="+b.App)
}
