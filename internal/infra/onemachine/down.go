package onemachine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// ShutDown ends everything that runs and keeps what is on the disk: Up goes on with
// the same data.
func (c *Cluster) ShutDown(ctx context.Context, o Options) error {
	if _, err := readSpec(c.dir.spec()); err != nil {
		return err
	}
	return c.undo(ctx, o, false)
}

// TearDown removes the cluster with its data. Nothing of it stays on the machine.
// It needs no file of the cluster to be right, and no cluster to be there.
func (c *Cluster) TearDown(ctx context.Context, o Options) error {
	if _, err := os.Stat(string(c.dir)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return c.undo(ctx, o, true)
}

func (c *Cluster) undo(ctx context.Context, o Options, lasting bool) error {
	if err := thisMachine().checkUser(); err != nil {
		return err
	}
	lock, err := c.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	w := c.work(o)
	w.hard = lasting
	return undo(ctx, w.steps(), lasting, o.Step)
}

// removeNetwork, closeNodes and the others below look at what is there, and
// not at what should be: so they also remove what a broken `up` left.
func (w *work) removeNetwork(ctx context.Context) error { return w.network.down(ctx, w.Note) }

func (w *work) closeNodes(ctx context.Context) error {
	groups, err := machineCgroups()
	if err != nil {
		return err
	}
	var errs []error
	for _, n := range nodes(maxNodes) {
		errs = append(errs, w.network.unplug(ctx, n), w.machine.close(ctx, n))
	}
	errs = append(errs, w.machine.closePins(ctx))
	ctx, cancel := context.WithTimeout(ctx, killTime)
	defer cancel()
	return errors.Join(append(errs, groups.remove(ctx, cgroupRoot))...)
}

func (w *work) removeRecords(context.Context) error { return os.RemoveAll(w.dir.run()) }

// removeFiles ends with the folder in which clusters are kept, if nobody else
// keeps anything there.
func (w *work) removeFiles(context.Context) error {
	if err := os.RemoveAll(string(w.dir)); err != nil {
		return err
	}
	_ = os.Remove(filepath.Dir(string(w.dir))) // it is not empty if somebody does
	return nil
}
