package onemachine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
)

const (
	podStopTimeout = 5 * time.Second  // for all pods between SIGTERM and SIGKILL
	killTimeout    = 10 * time.Second // between SIGKILL and the end of all processes
)

func (op *operation) startProcesses(context.Context) error {
	argv := append(append([]string{}, op.self...), "cluster", "run", "--dir", string(op.dir))
	return supervision.StartSupervisor(op.dir, argv)
}

// stopProcesses ends the supervisor first, because it would start everything
// again, then programs and pods, then whatever is left. It returns nil when no
// process is left.
func (op *operation) stopProcesses(ctx context.Context) error {
	if err := supervision.StopSupervisor(ctx, op.dir); err != nil {
		return fmt.Errorf("stop the supervisor: %w", err)
	}
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	var orderly error
	if !op.removing {
		orderly = op.stopInOrder(ctx, groups)
	}
	if err := ctx.Err(); err != nil {
		return err // running processes have records, so the next call finds them
	}
	if err := killGroup(ctx, groups, cgroup.RootGroup); err != nil {
		return errors.Join(orderly, err)
	}
	return nil
}

// stopInOrder asks everything to end that has data or connections: clients
// before servers. It continues if a record is damaged or a pod does not end.
func (op *operation) stopInOrder(ctx context.Context, groups cgroup.Hierarchies) error {
	records, unread := supervision.ListRecords(op.dir.RecordsDir())
	supervision.StopPrograms(ctx, records, "kubelet", "proxy", "scheduler", "controller-manager")
	stopPods(ctx, groups)
	left := killPods(ctx, groups)
	supervision.StopPrograms(ctx, records, "apiserver", "containerd")
	supervision.StopPrograms(ctx, records, "etcd")
	return errors.Join(unread, left)
}

// stopPods asks all containers to end and gives them some time.
func stopPods(ctx context.Context, groups cgroup.Hierarchies) {
	ctx, cancel := context.WithTimeout(ctx, podStopTimeout)
	defer cancel()
	var stopping sync.WaitGroup
	for _, n := range topology.FirstNodes(topology.MaxNodes) {
		stopping.Go(func() { _ = groups.SignalProcesses(ctx, cgroup.PodsGroup(n.Name), syscall.SIGTERM) }) // killPods ends the rest
	}
	stopping.Wait()
}

// killPods ends the remaining pods: an API server waits for its clients before
// it ends.
func killPods(ctx context.Context, groups cgroup.Hierarchies) error {
	return forEach(ctx, topology.FirstNodes(topology.MaxNodes), func(ctx context.Context, n topology.Node) error {
		return killGroup(ctx, groups, cgroup.PodsGroup(n.Name))
	})
}

// killGroup ends all processes of a control group at once.
func killGroup(ctx context.Context, groups cgroup.Hierarchies, name string) error {
	ctx, cancel := context.WithTimeout(ctx, killTimeout)
	defer cancel()
	return groups.SignalProcesses(ctx, name, syscall.SIGKILL)
}
