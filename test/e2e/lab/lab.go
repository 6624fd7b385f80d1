// Package lab is where the tests in a real cluster work: a cluster of three
// nodes on this machine, the real command line, a repository with the fixture
// app, and users who never stop asking at all of the app's entrances.
//
// [Open] boots the cluster, or uses the one that runs, and [Lab.Close] leaves
// it as it was found. It needs root, and says so.
package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"version-manager/internal/kube"
	"version-manager/test/rig"
)

// Lab is one app in one cluster.
type Lab struct {
	*rig.Rig
	App  string // its name, that of its namespace, and the first word of its host
	Kube kube.Cluster
	ours bool // the cluster was booted for this
}

// OpenLab makes a lab for an app of the given name. The command line is built
// with the tags; a cluster that does not run yet is booted.
func OpenLab(ctx context.Context, app, tags string) (*Lab, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a cluster needs network namespaces, and those need root: run it as root")
	}
	r, err := rig.NewRig(ctx, tags)
	if err != nil {
		return nil, err
	}
	l := &Lab{Rig: r, App: app}
	r.Env = append(r.Env, "VERSION_MANAGER_TARGET=kubernetes", "KUBECONFIG="+KubeconfigFile)
	if l.ours, err = l.bootCluster(ctx); err == nil {
		err = l.OpenClient()
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// OpenClient opens the client of the cluster, again after it was stopped.
func (l *Lab) OpenClient() error {
	c, err := kube.OpenClient(kube.Options{Kubeconfig: KubeconfigFile, Namespace: l.App})
	if err != nil {
		return err
	}
	l.Kube = c
	return nil
}

// WasBooted reports that the cluster was booted for this lab.
func (l *Lab) WasBooted() bool { return l.ours }

// Close removes the app with everything of it, and the cluster if it was not
// there before.
func (l *Lab) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if l.Kube != nil {
		if err := errors.Join(l.MustRun(ctx, "cleanup", "--yes"), l.DeleteNamespace(ctx)); err != nil {
			fmt.Fprintln(os.Stderr, "clean up:", err)
		}
	}
	if l.ours {
		if err := l.RunClusterCommand(ctx, "down", "--yes"); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.RemoveAll(l.Dir)
}

// DeleteNamespace deletes the app's namespace, which cleanup keeps for its history.
func (l *Lab) DeleteNamespace(ctx context.Context) error {
	ref := kube.Ref{Kind: "Namespace", Name: l.App}
	if err := l.Kube.DeleteObject(ctx, ref); err != nil {
		return err
	}
	return WaitUntil(ctx, time.Minute, "the namespace is gone", func() (bool, error) {
		_, err := l.Kube.GetObject(ctx, ref)
		if kube.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// HostName is the name under which users know the app.
func (l *Lab) HostName() string { return l.App + ".e2e.internal" }

// Version describes a version of the app.
type Version struct {
	Env      map[string]string
	Replicas int
	Max      int // of the autoscaler; 0: no autoscaler
	Bake     time.Duration
	Gate     time.Duration
	Extra    string // further lines of the section kubernetes, indented by two
}

// CreateVersion makes a version.
func (l *Lab) CreateVersion(ctx context.Context, name string, v Version) error {
	var b strings.Builder
	if v.Max > 0 {
		fmt.Fprintf(&b, "autoscale: {min: %d, max: %d, cpu: 60}\n", max(1, v.Replicas), v.Max)
	}
	fmt.Fprintf(&b, "gate: {healthy: 3, for: %s, timeout: 90s}\n", max(v.Gate, time.Second))
	fmt.Fprintf(&b, "probe: {path: /version, rate: 50}\n")
	fmt.Fprintf(&b, "kubernetes:\n  namespace: %s\n  hosts: [%s]\n%s", l.App, l.HostName(), v.Extra)
	return l.Rig.CreateVersion(ctx, name, rig.Config{
		Name: l.App, Env: v.Env, Bake: max(v.Bake, time.Second), Drain: 20 * time.Second, Replicas: v.Replicas, Extra: b.String(),
	})
}

// WaitUntil asks until the answer is yes, and fails when it was not in time.
func WaitUntil(ctx context.Context, limit time.Duration, what string, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		yes, err := ask()
		if yes {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("not within %s: %s", limit, what), err)
		case <-tick.C:
		}
	}
}
