// Package kubernetes is a Kubernetes cluster as a target.
//
// A [Target] is one app in one namespace. It keeps no process and no state of
// its own in the cluster: what runs is said by two Deployments, who gets the
// traffic by one HTTPRoute, who may change that by a Lease, and what happened
// by Secrets. Everything is applied server-side by one field manager, and
// what the objects look like is package manifest's affair.
//
// Looking is cheap, because the target mirrors the few objects of the app by
// watching them; what a write returned is in the mirror before the write
// returns. How many requests are in flight is asked of the sidecar in each pod.
//
// Start with [New], which contacts nobody.
package kubernetes

import (
	"cmp"
	"errors"
	"sync/atomic"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/target/kubernetes/sidecars"
)

// Options say which app in which cluster is meant.
type Options struct {
	App        string
	State      string            // the state folder, where images are kept
	Config     config.Kubernetes // of the work tree: where the gateway is and how images get to the nodes belong to the cluster
	Kubeconfig string            // empty: as kubectl finds it
	Context    string            // empty: the kubeconfig's current one
	Namespace  string            // empty: as Config says, else the app's name
	Preview    string            // value of the variable that opens the preview
	Self       []string          // this program and its first arguments; empty: the running executable
}

// Target is one app in one namespace of a cluster.
type Target struct {
	app       *objects.App
	where     place
	options   Options
	images    delivery
	cache     *cache.Store
	counters  map[color.Color]*sidecars.ColorCounter
	health    *pods.HealthChecker
	network   network
	door      door
	clock     clock
	known     atomic.Pointer[string] // what sidecars know the probe by; nil: not looked at yet
	permitted atomic.Bool            // the user was found to be allowed everything that a deploy does
	claims    atomic.Bool            // the names that the app needs were found to be free, or its own
}

// place is how people know a cluster.
type place interface {
	Context() string
	Server() string
}

var (
	_ deploy.Target           = (*Target)(nil)
	_ deploy.ClusterLocator   = (*Target)(nil)
	_ deploy.ClusterDescriber = (*Target)(nil)
	_ deploy.DeliveryChecker  = (*Target)(nil)
	_ deploy.Dialer           = (*Target)(nil)
	_ deploy.DriftFinder      = (*Target)(nil)
	_ deploy.ManifestRenderer = (*Target)(nil)
	_ deploy.RequestHinter    = (*Target)(nil)
	_ deploy.Session          = (*session)(nil)
)

// New returns the target. It reads the kubeconfig and contacts nobody.
func New(o Options) (*Target, error) {
	if o.App == "" {
		return nil, errors.New("no app was named")
	}
	o.Namespace = cmp.Or(o.Namespace, o.Config.Namespace, o.App)
	o.Config.Namespace = o.Namespace
	client, err := kube.Open(kube.Options{Kubeconfig: o.Kubeconfig, Context: o.Context, Namespace: o.Namespace})
	if err != nil {
		return nil, err
	}
	store := release.NewStore(o.State)
	brings := images.New(images.Options{
		Cluster: client, Store: store, App: o.App, Namespace: o.Namespace, Config: o.Config, Self: o.Self,
	})
	return assemble(o, client, client, brings), nil
}

// assemble puts a target together from what may be another's in tests.
func assemble(o Options, k kube.Cluster, where place, brings delivery) *Target {
	o.Config.Namespace = o.Namespace
	app := objects.NewApp(k, o.App, o.Config)
	t := &Target{
		app: app, where: where, options: o, images: brings,
		cache:    cache.NewStore(app),
		counters: map[color.Color]*sidecars.ColorCounter{},
		health:   pods.NewHealthChecker(k, o.Namespace),
		network:  hostNetwork{},
	}
	for _, c := range color.Both() {
		t.counters[c] = sidecars.NewColorCounter(k, o.Namespace)
	}
	return t
}

// Close ends the watches and the lines to pods, which otherwise end when
// nobody has looked for a while. The next look begins them again.
func (t *Target) Close() {
	t.cache.Close()
	for _, c := range t.counters {
		c.Close()
	}
}
