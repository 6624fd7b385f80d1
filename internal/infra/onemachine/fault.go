package onemachine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// KillNode is a power failure: everything on the node ends at once, and stays
// away until HealNode.
func (c *Cluster) KillNode(ctx context.Context, name string) error {
	return c.harm(name, func(w *work, n node) error {
		if err := os.MkdirAll(filepath.Dir(c.dir.killed(name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(c.dir.killed(name), nil, 0o600); err != nil {
			return fmt.Errorf("tell the supervisor: %w", err)
		}
		groups, err := machineCgroups()
		if err != nil {
			return err
		}
		return w.kill(ctx, groups, cgroupOf(name))
	})
}

// CutNode pulls the node's network cable.
func (c *Cluster) CutNode(ctx context.Context, name string) error {
	return c.harm(name, func(w *work, n node) error { return w.network.cut(ctx, n) })
}

// HealNode undoes both.
func (c *Cluster) HealNode(ctx context.Context, name string) error {
	return c.harm(name, func(w *work, n node) error {
		if err := w.network.mend(ctx, n); err != nil {
			return err
		}
		if !c.dir.isKilled(name) {
			return nil
		}
		groups, err := machineCgroups()
		if err != nil {
			return err
		}
		if err := w.kill(ctx, groups, cgroupOf(name)); err != nil { // what a supervisor started at the last moment
			return err
		}
		if err := w.machine.reboot(ctx, n); err != nil {
			return err
		}
		return os.Remove(c.dir.killed(name))
	})
}

// harm finds the node of a cluster that runs.
func (c *Cluster) harm(name string, do func(*work, node) error) error {
	if err := thisMachine().checkUser(); err != nil {
		return err
	}
	s, err := readSpec(c.dir.spec())
	if err != nil {
		return err
	}
	n, err := s.node(name)
	if err != nil {
		return err
	}
	if err := c.mustRun(); err != nil {
		return err
	}
	w := c.work(Options{})
	w.spec = s
	return do(w, n)
}

// isKilled reports whether somebody killed the node.
func (l layout) isKilled(node string) bool {
	_, err := os.Stat(l.killed(node))
	return !errors.Is(err, os.ErrNotExist)
}
