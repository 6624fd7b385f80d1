package images

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"golang.org/x/sync/errgroup"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/kube"
)

const (
	atOnce   = 4               // nodes that are loaded at the same time
	loadTime = 5 * time.Minute // for one node
	// ours is the context of the cluster that version-manager makes, whose
	// nodes it can load itself.
	ours = "version-manager"
)

var _ carrier = (*loader)(nil)

// loader loads images into nodes, by a command that reads an archive.
type loader struct {
	cluster kube.Cluster
	records records
	command []string
	log     func(string)
}

func newLoader(o Options) (*loader, error) {
	l := &loader{cluster: o.Cluster, records: records{o.Cluster, o.App, o.Namespace}, command: o.Config.Load, log: o.Log}
	if len(l.command) > 0 {
		return l, nil
	}
	where, ok := o.Cluster.(interface{ ContextName() string })
	if !ok || where.ContextName() != ours {
		return nil, problem.New(problem.Failed,
			`set kubernetes.registry, or for K3s kubernetes.load: [ssh, "{address}", sudo, k3s, ctr, -n, k8s.io, images, import, "-"], for kind [docker, exec, -i, "{node}", ctr, -n, k8s.io, images, import, "-"]`,
			"no way to get images to this cluster's nodes is configured")
	}
	path, err := selfPath(o.Self)
	if err != nil {
		return nil, err
	}
	l.command = append([]string{path}, o.Self[min(1, len(o.Self)):]...)
	l.command = append(l.command, "cluster", "load-image", "--node", "{node}")
	return l, nil
}

func (l *loader) imageName(repository string, digest v1.Hash) Placed {
	return Placed{Ref: Local + "/" + repository + ":" + shortDigest(digest), Pull: "Never"}
}

func (l *loader) checkReady(context.Context, parcel) error {
	if _, err := exec.LookPath(l.command[0]); err != nil {
		return problem.Wrap(err, problem.Failed, "install it, or set kubernetes.load to another command",
			"the command that loads images into nodes cannot be run")
	}
	return nil
}

// bringImage loads an image into the nodes that do not have it.
func (l *loader) bringImage(ctx context.Context, p parcel) error {
	all, err := listNodes(ctx, l.cluster)
	if err != nil {
		return err
	}
	able, err := isRunnable(all, p)
	if err != nil {
		return err
	}
	known, err := l.records.readRecords(ctx)
	if err != nil {
		return err
	}
	var lacking, away []node
	for _, n := range able {
		switch {
		case n.has[p.Ref], known.hasImage(n, p.Ref):
		case n.ready:
			lacking = append(lacking, n)
		default:
			away = append(away, n)
		}
	}
	if len(away) == len(able) {
		return problem.New(problem.Failed, l.cluster.KubectlCommand("", "describe node "+away[0].name), "no node is ready to take image %s: %s", p.Ref, nodeNames(away))
	}
	if len(away) > 0 {
		l.log(fmt.Sprintf("not ready, so without %s for now: %s", p.Ref, nodeNames(away)))
	}
	return l.loadAll(ctx, p, lacking, known)
}

// repeatFor loads an image into one node, whatever the records say.
func (l *loader) repeatFor(ctx context.Context, p parcel, name string) error {
	all, err := listNodes(ctx, l.cluster)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(n node) bool { return n.name == name })
	if i < 0 {
		return problem.New(problem.NotFound, l.cluster.KubectlCommand("", "get nodes"), "load %s: there is no node %q that takes pods", p.Ref, name)
	}
	known, err := l.records.readRecords(ctx)
	if err != nil {
		return err
	}
	return l.loadAll(ctx, p, all[i:i+1], known)
}

// loadAll continues with the other nodes when one fails: what was loaded need
// not be loaded again.
func (l *loader) loadAll(ctx context.Context, p parcel, to []node, known catalog) error {
	if len(to) == 0 {
		return nil
	}
	failed := make([]error, len(to))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, n := range to {
		g.Go(func() error {
			failed[i] = l.loadIntoNode(ctx, p, n)
			return nil
		})
	}
	g.Wait()
	changed := catalog{}
	for i, n := range to {
		if failed[i] == nil {
			changed[n.name] = known[n.name].with(n, p.Ref)
		}
	}
	if err := l.records.writeRecords(ctx, changed); err != nil {
		l.log("which node has which image could not be noted, so it will be loaded again: " + err.Error())
	}
	return cmp.Or(failed...)
}

// loadIntoNode runs the command for one node, with the archive on its standard input.
func (l *loader) loadIntoNode(ctx context.Context, p parcel, n node) error {
	argv, err := n.fillCommand(l.command)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	archive, stop := writeArchive(p)
	defer stop()
	said := &ending{limit: 4 << 10}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = archive, said, said
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if broken := stop(); broken != nil {
		err = broken
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return problem.Wrap(err, problem.Failed, "see whether it runs at all: "+pasteableCommand(argv)+" < /dev/null",
		"load %s into node %s", p.Ref, n.name).With(said.lastLines()...)
}

// pasteableCommand is a command as a shell takes it.
func pasteableCommand(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = shell.QuoteIfNeeded(w)
	}
	return strings.Join(words, " ")
}
