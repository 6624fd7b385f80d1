package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/progress"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

func (b *bench) apiServerKilled(ctx context.Context) (rig.Result, error) {
	c, err := b.MachineCluster(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	pid, err := c.FindProcess("apiserver", "")
	if err != nil {
		return rig.Result{}, err
	}
	return b.deployAndBreak(ctx, "switch", func() error { return syscall.Kill(pid, syscall.SIGKILL) })
}

// traefikPods are the pods of the ingress.
func (b *bench) traefikPods(ctx context.Context) (pods []*corev1.Pod, err error) {
	pods, err = b.runningPods(ctx, kube.Ref{Kind: "Pod", Namespace: "traefik"}, "app.kubernetes.io/name=traefik")
	if err == nil && len(pods) < 2 {
		err = fmt.Errorf("want one pod of Traefik to break and another to go on, there are %d", len(pods))
	}
	return pods, err
}

// runningPods are the pods with these labels that run and are not leaving.
func (b *bench) runningPods(ctx context.Context, where kube.Ref, labels string) (pods []*corev1.Pod, err error) {
	objects, err := b.Kube.ListObjects(ctx, where, labels)
	if err != nil {
		return nil, err
	}
	for i := range objects {
		p, err := kube.ConvertObject[corev1.Pod](&objects[i])
		if err != nil {
			return nil, err
		}
		if p.DeletionTimestamp == nil && p.Status.Phase == corev1.PodRunning {
			pods = append(pods, p)
		}
	}
	return pods, nil
}

// traefikKilled kills the process: nothing is told, nothing is drained.
func (b *bench) traefikKilled(ctx context.Context) (rig.Result, error) {
	pods, err := b.traefikPods(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	pod := pods[0]
	pid, err := lab.FindPodProcess(string(pod.UID), "traefik")
	if err != nil {
		return rig.Result{}, err
	}
	return b.deployAndBreak(ctx, "switch", func() error { return syscall.Kill(pid, syscall.SIGKILL) })
}

// workerKilled takes one of two proxies, and whatever else runs there.
func (b *bench) workerKilled(ctx context.Context) (rig.Result, error) {
	pods, err := b.traefikPods(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	i := slices.IndexFunc(pods, func(p *corev1.Pod) bool { return strings.HasPrefix(p.Spec.NodeName, "worker-") })
	if i < 0 {
		return rig.Result{}, errors.New("no Traefik runs on a worker")
	}
	victim := pods[i].Spec.NodeName
	res, err := b.deployAndBreak(ctx, "bake", func() error { return b.RunClusterCommand(ctx, "kill-node", victim) })
	if err != nil {
		return res, err
	}
	return res, b.RunClusterCommand(ctx, "heal-node", victim)
}

// proxyLags lets one Traefik pod hear nothing of the API server for 30 s, so
// that it goes on sending to the old color.
func (b *bench) proxyLags(ctx context.Context) (rig.Result, error) {
	pods, err := b.traefikPods(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	pod := pods[0]
	c, err := b.MachineCluster(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	network, err := c.NetNS(pod.Spec.NodeName)
	if err != nil {
		return rig.Result{}, err
	}
	return b.deployAndBreak(ctx, "switch", func() error {
		if err := cutOffPod(ctx, network, pod.Status.PodIP); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(30 * time.Second):
		}
		return removeCut(context.WithoutCancel(ctx), network)
	})
}

// cutOffPod drops what a pod says to the API server and what that answers, before
// any translation of addresses. On the node of the API server itself the
// answers are output.
func cutOffPod(ctx context.Context, network, pod string) error {
	return changeRules(ctx, network, fmt.Sprintf(`table ip lag {
	chain in {
		type filter hook prerouting priority -310
		ip saddr %[1]s tcp dport { 443, 6443 } drop
		ip daddr %[1]s tcp sport { 443, 6443 } drop
	}
	chain out {
		type filter hook output priority -310
		ip daddr %[1]s tcp sport { 443, 6443 } drop
	}
}`, pod))
}

func removeCut(ctx context.Context, network string) error {
	return changeRules(ctx, network, "delete table ip lag")
}

// changeRules changes the rules in a network namespace.
func changeRules(ctx context.Context, network, rules string) error {
	c := exec.CommandContext(ctx, "nsenter", "--net="+network, "nft", "-f", "-")
	c.Stdin = strings.NewReader(rules)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}

// scaledUp deploys while an autoscaler adds instances to the old color.
func (b *bench) scaledUp(ctx context.Context) (rig.Result, error) {
	all, err := b.ListEntrances(ctx)
	if err != nil {
		return rig.Result{}, err
	}
	burn, err := b.StartBurningUsers(ctx, 15, 30*time.Millisecond, all[0])
	if err != nil {
		return rig.Result{}, err
	}
	defer burn.StopUsers()
	var once sync.Once
	most := 0
	res, err := b.deployVersion(ctx, b.version, func(e progress.Event) {
		if lab.StepBegins(e, "switch") {
			once.Do(func() { most = b.mostWanted(ctx) })
		}
	})
	if err == nil && res.Code == 0 && most <= 2 {
		err = errors.New("the autoscaler did nothing during the deploy")
	}
	return res, err
}

// mostWanted is how many instances are asked for in the larger color.
func (b *bench) mostWanted(ctx context.Context) int {
	most := 0
	now, err := b.ReadStatus(ctx)
	if err != nil {
		return 0
	}
	for _, side := range now.Colors {
		most = max(most, side.Want)
	}
	return most
}
