package onemachine

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/kit/problem"
)

// DefaultNodeCount is how many a new cluster has when nobody says.
const DefaultNodeCount = 3

// Options of Up.
type Options struct {
	Nodes  int          // 0: as many as it has, DefaultNodes if it is new
	Step   func(string) // told the name of each step as it begins
	Detail func(string) // told what a long step is at
	Note   func(string) // told what a person should know and do
}

// work is one call of Up, Stop or Down.
type work struct {
	*Cluster
	Options
	spec    spec
	set     programs.Set
	network network
	machine machine
	hard    bool // nothing will be needed again: nobody is asked to end
}

func (c *Cluster) work(o Options) *work {
	return &work{Cluster: c, Options: o, network: network{c.dir}, machine: machine{c.dir}}
}

// StepNames are the names of what Up does, in order.
func (c *Cluster) StepNames() (names []string) {
	for _, s := range c.work(Options{}).steps() {
		names = append(names, s.Name)
	}
	return names
}

// steps is the story of a cluster, told forwards by Up and backwards by Stop
// and Down.
func (w *work) steps() []step {
	return []step{
		{Name: "machine", Do: w.checkMachine},
		{Name: "programs", Do: w.buildPrograms},
		{Name: "files", Do: w.makeFiles, Undo: w.removeFiles, Lasting: true},
		{Name: "records", Do: w.makeRecords, Undo: w.removeRecords},
		{Name: "network", Do: w.makeNetwork, Undo: w.removeNetwork},
		{Name: "nodes", Do: w.openNodes, Undo: w.closeNodes},
		{Name: "processes", Do: w.startProcesses, Undo: w.endProcesses, Stands: true},
		{Name: "images", Do: w.loadImages},
		{Name: "API server", Do: w.awaitServer},
		{Name: "ready", Do: w.awaitNodes},
		{Name: "add-ons", Do: w.addAddons},
	}
}

// BringUp starts the cluster, makes it if there is none, and returns when all nodes
// and add-ons are ready. It may be called at any time.
func (c *Cluster) BringUp(ctx context.Context, o Options) error {
	if _, err := thisMachine().check(); err != nil {
		return err // before anything is written
	}
	w := c.work(o)
	if err := w.decide(); err != nil {
		return err
	}
	lock, err := c.lock()
	if err != nil {
		return err
	}
	defer lock.Close()
	return do(ctx, w.steps(), o.Step)
}

// lock makes sure that nobody else starts or stops the cluster meanwhile.
func (c *Cluster) lock() (*os.File, error) {
	if err := os.MkdirAll(c.dir.run(), 0o700); err != nil {
		return nil, fmt.Errorf("make folder: %w", err)
	}
	return lockFile(c.dir.in("lock"))
}

func (w *work) checkMachine(ctx context.Context) error {
	f, err := thisMachine().check()
	if err != nil {
		return err
	}
	w.spec.Containerd, w.spec.CNI = f.containerd, f.cni
	if err := checkLinks(w.spec.nodes()); err != nil {
		return err
	}
	return checkClash(ctx)
}

// buildPrograms builds what the source says. A cluster that exists can go on
// without the source, with what it was made of.
func (w *work) buildPrograms(ctx context.Context) (err error) {
	w.set, err = programs.BuildAll(ctx, func(p programs.Progress) { w.Detail(said(p)) })
	if old := (programs.Set{Dir: w.spec.Programs}); problem.KindOf(err) == problem.NotFound && old.Dir != "" {
		w.Detail("going on with those of before")
		w.set, err = old, nil
	}
	w.spec.Programs, w.spec.Kubernetes, w.spec.Pause = w.set.Dir, w.set.ProgramPath(programs.Kubernetes), programs.PauseImage
	return err
}

// said is how a build comes along, in words.
func said(p programs.Progress) string {
	if p.Waiting {
		return "another process builds them; waiting"
	}
	text := fmt.Sprintf("building %s, %d of %d", p.Program, p.N, p.Of)
	if p.Left > 0 {
		text += fmt.Sprintf(", at most %s to go", p.Left.Round(10*time.Second))
	}
	if p.Note != "" {
		text += " (" + p.Note + ")"
	}
	return text
}

func (w *work) makeFiles(context.Context) error {
	resolv, err := os.ReadFile("/run/systemd/resolve/resolv.conf") // what lies behind systemd's loopback address
	if err != nil {
		resolv, _ = os.ReadFile("/etc/resolv.conf") // none: nameservers knows what to do
	}
	if err := w.dir.ensureKeys(w.spec.nodes(), time.Now()); err != nil {
		return err
	}
	if err := w.dir.writeFiles(w.spec, nameservers(resolv)); err != nil {
		return err
	}
	return w.spec.write(w.dir.spec())
}

func (w *work) makeRecords(context.Context) error {
	return os.MkdirAll(w.dir.records(), 0o700)
}

func (w *work) makeNetwork(ctx context.Context) error {
	if err := w.network.up(ctx); err != nil {
		return err
	}
	if way := blocked(ctx); way != "" {
		w.Note("a firewall here drops what pods send out; let it pass: " + way)
	}
	return nil
}

func (w *work) openNodes(ctx context.Context) error {
	groups, err := machineCgroups()
	if err != nil {
		return err
	}
	return sequence(ctx, w.spec.nodes(), func(ctx context.Context, n node) error {
		if err := groups.make(cgroupOf(n.Name) + "/" + cgroupLeaf); err != nil {
			return err
		}
		if err := w.machine.open(ctx, n); err != nil {
			return err
		}
		return w.network.plug(ctx, n, w.spec.nodes())
	})
}

func (w *work) loadImages(ctx context.Context) error {
	each, ctx := errgroup.WithContext(ctx)
	for _, n := range w.spec.nodes() {
		if w.dir.isKilled(n.Name) {
			continue
		}
		each.Go(func() error {
			if err := await(ctx, startTime, "containerd of "+n.Name, func(context.Context) bool { return answers("unix " + w.dir.containerd(n.Name)) }); err != nil {
				return err
			}
			return w.dir.loadAll(ctx, n, w.set.ListImages())
		})
	}
	return each.Wait()
}
