package onemachine

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/topology"
)

// ShutDown stops all processes of the cluster and keeps its data: the next
// BringUp starts it again.
func (c *Cluster) ShutDown(ctx context.Context, o Options) error {
	if _, err := c.dir.ReadSpec(); err != nil {
		return err
	}
	return c.undo(ctx, o, false)
}

// TearDown removes the cluster and its data, and leaves nothing on the machine.
// It works without a cluster, and with one whose files are damaged.
func (c *Cluster) TearDown(ctx context.Context, o Options) error {
	if _, err := os.Stat(string(c.dir)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return c.undo(ctx, o, true)
}

func (c *Cluster) undo(ctx context.Context, o Options, removing bool) error {
	if err := preflight.CheckRoot(); err != nil {
		return err
	}
	lock, err := c.lockCluster()
	if err != nil {
		return err
	}
	defer lock.Close()
	op := c.newOperation(o)
	op.removing = removing
	return undoSteps(ctx, op.steps(), removing, o.Progress)
}

// The methods below look at what exists, not at what should exist. So they also
// remove what an interrupted BringUp left.

func (op *operation) tearDownNetwork(ctx context.Context) error {
	return op.network.TearDown(ctx, op.Progress)
}

func (op *operation) closeNodes(ctx context.Context) error {
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range topology.FirstNodes(topology.MaxNodes) {
		errs = append(errs, op.network.DisconnectNode(ctx, n), op.namespaces.CloseNode(ctx, n))
	}
	errs = append(errs, op.namespaces.CloseDir(ctx))
	ctx, cancel := context.WithTimeout(ctx, killTimeout)
	defer cancel()
	return errors.Join(append(errs, groups.RemoveGroup(ctx, cgroup.RootGroup))...)
}

func (op *operation) removeRecords(context.Context) error { return os.RemoveAll(op.dir.RunPath()) }

// removeFiles also removes the parent folder if it is empty.
func (op *operation) removeFiles(context.Context) error {
	if err := os.RemoveAll(string(op.dir)); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(string(op.dir))) // fails if it is not empty
	return nil
}
