package onemachine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/topology"
)

// KillNode simulates a power failure: all processes of the node end at once, and
// none is started before HealNode.
func (c *Cluster) KillNode(ctx context.Context, name string) error {
	return c.withRunningNode(name, func(_ *operation, _ topology.Node) error {
		if err := os.MkdirAll(filepath.Dir(c.dir.KilledFile(name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(c.dir.KilledFile(name), nil, 0o600); err != nil {
			return fmt.Errorf("mark the node as killed: %w", err)
		}
		return killNodeProcesses(ctx, name)
	})
}

// CutNode takes down the node's network cable.
func (c *Cluster) CutNode(ctx context.Context, name string) error {
	return c.withRunningNode(name, func(op *operation, n topology.Node) error { return op.network.CutLink(ctx, n) })
}

// HealNode undoes KillNode and CutNode.
func (c *Cluster) HealNode(ctx context.Context, name string) error {
	return c.withRunningNode(name, func(op *operation, n topology.Node) error {
		if err := op.network.RestoreLink(ctx, n); err != nil {
			return err
		}
		if !c.dir.IsKilled(name) {
			return nil
		}
		if err := killNodeProcesses(ctx, name); err != nil { // the supervisor may have started one at the last moment
			return err
		}
		if err := op.namespaces.ReplaceMounts(ctx, n); err != nil {
			return err
		}
		return os.Remove(c.dir.KilledFile(name))
	})
}

func killNodeProcesses(ctx context.Context, name string) error {
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	return killGroup(ctx, groups, cgroup.NodeGroup(name))
}

// withRunningNode calls f with a node of the running cluster.
func (c *Cluster) withRunningNode(name string, f func(*operation, topology.Node) error) error {
	if err := preflight.CheckRoot(); err != nil {
		return err
	}
	s, err := c.dir.ReadSpec()
	if err != nil {
		return err
	}
	n, err := s.FindNode(name)
	if err != nil {
		return err
	}
	if err := c.requireRunning(); err != nil {
		return err
	}
	op := c.newOperation(Options{})
	op.spec = s
	return f(op, n)
}
