package onemachine

import (
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/infra/onemachine/network"
	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/progress"
)

// Options are those of BringUp, ShutDown, and TearDown.
type Options struct {
	Nodes    int                // only BringUp; 0: as many as the cluster has, DefaultNodeCount if it is new
	Progress *progress.Reporter // may be nil
}

// operation is one call of BringUp, ShutDown, or TearDown.
type operation struct {
	*Cluster
	Options
	spec       clusterdir.Spec
	set        programs.Set
	network    network.Network
	namespaces namespaces.Namespaces
	removing   bool // the data goes too, so nothing is asked to end in good order
}

func (c *Cluster) newOperation(o Options) *operation {
	return &operation{Cluster: c, Options: o, network: network.NewNetwork(c.dir), namespaces: namespaces.NewNamespaces(c.dir)}
}

// StepNames returns the names of BringUp's steps, in order.
func (c *Cluster) StepNames() []string {
	return progress.StepNames(forwardSteps(c.newOperation(Options{}).steps()))
}

// steps are done by BringUp, and undone in reverse by ShutDown and TearDown.
func (op *operation) steps() []step {
	return []step{
		{Name: "machine", Do: op.checkMachine},
		{Name: "programs", Do: op.buildPrograms},
		{Name: "files", Do: op.makeFiles, Undo: op.removeFiles, Lasting: true},
		{Name: "records", Do: op.makeRecords, Undo: op.removeRecords},
		{Name: "network", Do: op.setUpNetwork, Undo: op.tearDownNetwork},
		{Name: "nodes", Do: op.openNodes, Undo: op.closeNodes},
		{Name: "processes", Do: op.startProcesses, Undo: op.stopProcesses, Blocks: true},
		{Name: "images", Do: op.loadImages},
		{Name: "API server", Do: op.waitForServer},
		{Name: "ready", Do: op.waitForNodes},
		{Name: "add-ons", Do: op.installAddons},
	}
}
