package onemachine

import (
	"context"
	"fmt"
	"os"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/components"
	"version-manager/internal/infra/onemachine/network"
	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/problem"
)

// BringUp starts the cluster, creates it if it does not exist, and returns when
// all nodes and add-ons are ready. It may be called at any time.
func (c *Cluster) BringUp(ctx context.Context, o Options) error {
	if _, err := preflight.CheckMachine(); err != nil {
		return err // before anything is written
	}
	op := c.newOperation(o)
	if err := op.chooseNodeCount(); err != nil {
		return err
	}
	lock, err := c.lockCluster()
	if err != nil {
		return err
	}
	defer lock.Close()
	return o.Progress.RunSteps(ctx, forwardSteps(op.steps()))
}

// chooseNodeCount reads the description of an existing cluster, and checks that
// the wanted number of nodes fits.
func (op *operation) chooseNodeCount() error {
	if op.dir.HasCluster() {
		s, err := op.dir.ReadSpec()
		if err != nil {
			return err
		}
		op.spec = s
	}
	have := op.spec.Nodes
	switch want := op.Nodes; {
	case want < 0 || want > topology.MaxNodes:
		return problem.New(problem.Usage, "version-manager cluster up --nodes 3", "a cluster can have 1 to %d nodes", topology.MaxNodes)
	case want == 0 && have == 0:
		op.spec.Nodes = DefaultNodeCount
	case have == 0:
		op.spec.Nodes = want
	case want != 0 && want != have:
		return problem.New(problem.Failed, fmt.Sprintf("version-manager cluster down && version-manager cluster up --nodes %d", want),
			"the cluster has %d nodes, which cannot be changed while it exists", have)
	}
	return nil
}

func (op *operation) checkMachine(ctx context.Context) error {
	tools, err := preflight.CheckMachine()
	if err != nil {
		return err
	}
	op.spec.Containerd, op.spec.CNI = tools.Containerd, tools.CNIDir
	return network.CheckConflicts(ctx, op.spec.ListNodes())
}

// buildPrograms compiles the programs unless they are compiled. An existing
// cluster also works without the source code, with the programs that it has.
func (op *operation) buildPrograms(ctx context.Context) (err error) {
	op.set, err = programs.BuildAll(ctx, op.Progress)
	if old := (programs.Set{Dir: op.spec.Programs}); problem.KindOf(err) == problem.NotFound && old.Dir != "" {
		op.Progress.ReportDetail("continuing with the programs that the cluster has")
		op.set, err = old, nil
	}
	op.spec.Programs, op.spec.Kubernetes, op.spec.Pause = op.set.Dir, op.set.ProgramPath(programs.Kubernetes), programs.PauseImage
	return err
}

func (op *operation) makeFiles(context.Context) error {
	resolvConf, err := os.ReadFile("/run/systemd/resolve/resolv.conf") // the servers behind systemd's loopback address
	if err != nil {
		resolvConf, _ = os.ReadFile("/etc/resolv.conf") // without one, nodes get the bridge as their server
	}
	if err := components.EnsureKeys(op.dir, op.spec.ListNodes(), time.Now()); err != nil {
		return err
	}
	if err := components.WriteFiles(op.dir, op.spec, network.UsableNameservers(resolvConf)); err != nil {
		return err
	}
	return op.dir.WriteSpec(op.spec)
}

func (op *operation) makeRecords(context.Context) error {
	return os.MkdirAll(op.dir.RecordsDir(), 0o700)
}

func (op *operation) setUpNetwork(ctx context.Context) error {
	if err := op.network.SetUp(ctx); err != nil {
		return err
	}
	if command := network.FirewallHint(ctx); command != "" {
		op.Progress.ReportNote("a firewall on this machine drops packets from pods; to let them pass: %s", command)
	}
	return nil
}

func (op *operation) openNodes(ctx context.Context) error {
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	return forEach(ctx, op.spec.ListNodes(), func(ctx context.Context, n topology.Node) error {
		if err := groups.CreateGroup(cgroup.ProgramsGroup(n.Name)); err != nil {
			return err
		}
		if err := op.namespaces.OpenNode(ctx, n); err != nil {
			return err
		}
		return op.network.ConnectNode(ctx, n, op.spec.ListNodes())
	})
}
