// Package kubernetes is a Kubernetes cluster as a target.
//
// A [Target] is one app in one namespace. It keeps no process and no state of
// its own in the cluster: two Deployments say what runs, one HTTPRoute says
// which color gets the traffic, a Lease says who may change that, and Secrets
// say what happened. Everything is applied server-side by one field manager,
// and package manifest decides what the objects look like.
//
// This package only assembles the parts, each of which has a package of its
// own below it:
//
//	objects    names, labels and reads the app's objects
//	cache      keeps copies of them up to date by watching
//	fenced     takes the lock and makes every write under it
//	history    keeps journals, reports and backups in Secrets
//	gateway    reads the Gateway and asks its proxies
//	entrances  finds the app's addresses and connects to them
//	routes     switches the traffic
//	autoscale  makes the autoscaler follow the traffic
//	workload   starts and stops what runs in a color
//	pods       reads the state of pods
//	sidecars   reads what the sidecars count
//	logs, drift, inspect, preflight   what people ask for
//
// Start with [New], which makes no requests.
package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/drift"
	"version-manager/internal/target/kubernetes/entrances"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/history"
	"version-manager/internal/target/kubernetes/inspect"
	"version-manager/internal/target/kubernetes/logs"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/target/kubernetes/preflight"
	"version-manager/internal/target/kubernetes/routes"
	"version-manager/internal/target/kubernetes/sidecars"
	"version-manager/internal/target/kubernetes/workload"
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
	images    *workload.Images
	cache     *cache.Store
	locker    *fenced.Locker
	gateway   *gateway.Reader
	confirmer *gateway.Confirmer
	entrances *entrances.Finder
	secret    *sidecars.ProbeSecret
	neighbors *routes.Neighbors
	preflight *preflight.Checker
	counters  map[color.Color]*sidecars.ColorCounter
	health    *pods.HealthChecker
}

// place is how people know a cluster.
type place interface {
	ContextName() string
	ServerAddress() string
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
)

// New returns the target. It reads the kubeconfig and makes no requests.
func New(o Options) (*Target, error) {
	if o.App == "" {
		return nil, errors.New("no app was named")
	}
	o.Namespace = cmp.Or(o.Namespace, o.Config.Namespace, o.App)
	o.Config.Namespace = o.Namespace
	client, err := kube.OpenClient(kube.Options{Kubeconfig: o.Kubeconfig, Context: o.Context, Namespace: o.Namespace})
	if err != nil {
		return nil, err
	}
	delivery := images.NewDelivery(images.Options{
		Cluster: client, Store: release.NewStore(o.State), App: o.App, Namespace: o.Namespace, Config: o.Config, Self: o.Self,
	})
	return assembleTarget(o, client, client, delivery), nil
}

// assembleTarget puts a target together from parts that tests replace.
func assembleTarget(o Options, k kube.Cluster, where place, delivery workload.Delivery) *Target {
	o.Config.Namespace = o.Namespace
	app := objects.NewApp(k, o.App, o.Config)
	t := &Target{
		app: app, where: where,
		images:    workload.NewImages(delivery),
		cache:     cache.NewStore(app),
		gateway:   gateway.NewReader(app),
		secret:    sidecars.NewProbeSecret(app, o.Preview),
		neighbors: routes.NewNeighbors(app),
		counters:  map[color.Color]*sidecars.ColorCounter{},
		health:    pods.NewHealthChecker(k, o.Namespace),
	}
	t.locker = fenced.NewLocker(app, t.cache)
	t.confirmer = gateway.NewConfirmer(app, t.gateway, t.cache, t.secret)
	t.entrances = entrances.NewFinder(app, t.cache, t.gateway, entrances.HostNetwork{})
	t.preflight = preflight.NewChecker(app, where.ContextName(), t.gateway, t.neighbors)
	for _, c := range color.Both() {
		t.counters[c] = sidecars.NewColorCounter(k, o.Namespace)
	}
	return t
}

// Close ends the watches and the connections to pods, which otherwise end when
// nobody has read for a while. The next read starts them again.
func (t *Target) Close() {
	t.cache.Close()
	for _, c := range t.counters {
		c.Close()
	}
}

// JournalReader implements [deploy.Target].
func (t *Target) JournalReader() journal.Reader { return history.NewReader(t.app) }

// OpenLogs implements [deploy.Target].
func (t *Target) OpenLogs(ctx context.Context, q deploy.LogQuery) (io.ReadCloser, error) {
	return logs.NewReader(t.app, t.cache).ReadLogs(ctx, q)
}

// Dial connects to an entrance of the app, by the names of its routes too.
func (t *Target) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return t.entrances.DialEntrance(ctx, network, address)
}

func (t *Target) newComparer() *drift.Comparer { return drift.NewComparer(t.app, t.images, t.gateway) }

func (t *Target) newInspector() *inspect.Inspector {
	return inspect.NewInspector(t.app, t.gateway, t.neighbors)
}
