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
	w := c.newOperation(o)
	if err := w.chooseNodeCount(); err != nil {
		return err
	}
	lock, err := c.lockCluster()
	if err != nil {
		return err
	}
	defer lock.Close()
	return o.Progress.RunSteps(ctx, forwardSteps(w.steps()))
}

// chooseNodeCount reads the description of an existing cluster, and checks that
// the wanted number of nodes fits.
func (w *operation) chooseNodeCount() error {
	if w.dir.HasCluster() {
		s, err := w.dir.ReadSpec()
		if err != nil {
			return err
		}
		w.spec = s
	}
	have := w.spec.Nodes
	switch want := w.Nodes; {
	case want < 0 || want > topology.MaxNodes:
		return problem.New(problem.Usage, "version-manager cluster up --nodes 3", "a cluster can have 1 to %d nodes", topology.MaxNodes)
	case want == 0 && have == 0:
		w.spec.Nodes = DefaultNodeCount
	case have == 0:
		w.spec.Nodes = want
	case want != 0 && want != have:
		return problem.New(problem.Failed, fmt.Sprintf("version-manager cluster down && version-manager cluster up --nodes %d", want),
			"the cluster has %d nodes, which cannot be changed while it exists", have)
	}
	return nil
}

func (w *operation) checkMachine(ctx context.Context) error {
	tools, err := preflight.CheckMachine()
	if err != nil {
		return err
	}
	w.spec.Containerd, w.spec.CNI = tools.Containerd, tools.CNIDir
	return network.CheckConflicts(ctx, w.spec.ListNodes())
}

// buildPrograms compiles the programs unless they are compiled. An existing
// cluster also works without the source code, with the programs that it has.
func (w *operation) buildPrograms(ctx context.Context) (err error) {
	w.set, err = programs.BuildAll(ctx, w.Progress)
	if old := (programs.Set{Dir: w.spec.Programs}); problem.KindOf(err) == problem.NotFound && old.Dir != "" {
		w.Progress.ReportDetail("continuing with the programs that the cluster has")
		w.set, err = old, nil
	}
	w.spec.Programs, w.spec.Kubernetes, w.spec.Pause = w.set.Dir, w.set.ProgramPath(programs.Kubernetes), programs.PauseImage
	return err
}

func (w *operation) makeFiles(context.Context) error {
	resolvConf, err := os.ReadFile("/run/systemd/resolve/resolv.conf") // the servers behind systemd's loopback address
	if err != nil {
		resolvConf, _ = os.ReadFile("/etc/resolv.conf") // without one, nodes get the bridge as their server
	}
	if err := components.EnsureKeys(w.dir, w.spec.ListNodes(), time.Now()); err != nil {
		return err
	}
	if err := components.WriteFiles(w.dir, w.spec, network.UsableNameservers(resolvConf)); err != nil {
		return err
	}
	return w.dir.WriteSpec(w.spec)
}

func (w *operation) makeRecords(context.Context) error {
	return os.MkdirAll(w.dir.RecordsDir(), 0o700)
}

func (w *operation) setUpNetwork(ctx context.Context) error {
	if err := w.network.SetUp(ctx); err != nil {
		return err
	}
	if command := network.FirewallHint(ctx); command != "" {
		w.Progress.ReportNote("a firewall on this machine drops packets from pods; to let them pass: %s", command)
	}
	return nil
}

func (w *operation) openNodes(ctx context.Context) error {
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	return forEach(ctx, w.spec.ListNodes(), func(ctx context.Context, n topology.Node) error {
		if err := groups.CreateGroup(cgroup.ProgramsGroup(n.Name)); err != nil {
			return err
		}
		if err := w.namespaces.OpenNode(ctx, n); err != nil {
			return err
		}
		return w.network.ConnectNode(ctx, n, w.spec.ListNodes())
	})
}
