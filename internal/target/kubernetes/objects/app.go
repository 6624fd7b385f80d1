// Package objects names, labels, reads and recognizes the Kubernetes objects
// of one app in one namespace.
//
// It only reads. It knows what belongs to the app, but nothing of deploys,
// locks or traffic: anyone who writes goes through package fenced.
package objects

import (
	"context"
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// KeepsLabel marks objects that hold the app's history. They are no part of
// what runs and survive its removal.
const KeepsLabel = "version-manager.io/keeps"

// App is one app in one namespace of a cluster. All packages of the target
// share one App, so that they see the same cluster and configuration.
type App struct {
	Kube      kube.Cluster
	Name      string
	Namespace string
	Config    config.Kubernetes // of the work tree: the gateway, the nodes and the hosts belong to the cluster, not to a release
}

// NewApp returns the app in the namespace that the configuration names.
func NewApp(k kube.Cluster, name string, c config.Kubernetes) *App {
	return &App{Kube: k, Name: name, Namespace: c.Namespace, Config: c}
}

// AppKinds lists the kinds of which an app has objects. The route comes first,
// because a new lock holder stamps them in this order.
func AppKinds() []string {
	return []string{
		"HTTPRoute", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
		"ConfigMap", "Secret", "ServiceAccount", "NetworkPolicy",
	}
}

// ObjectRef refers to an object in the app's namespace.
func (a *App) ObjectRef(kind, name string) kube.Ref {
	return kube.Ref{Kind: kind, Namespace: a.Namespace, Name: name}
}

// LabelSelector matches all objects that were made for the app, and its pods.
func (a *App) LabelSelector() string { return manifest.LabelSelector(a.Name, color.None) }

// ColorName is the name of the Deployment, the Service and the
// PodDisruptionBudget of a color.
func (a *App) ColorName(c color.Color) string { return manifest.ColorName(a.Name, c) }

// PreviewName is the name of the preview's route.
func (a *App) PreviewName() string { return manifest.PreviewName(a.Name) }

// PreviewHost is the host name at which the standby color answers.
func (a *App) PreviewHost() string {
	return manifest.PreviewHost(config.App{Name: a.Name, Kubernetes: a.Config})
}

// SetIdentity gives an object its name, the app's namespace and its labels.
func (a *App) SetIdentity(o *kube.Object, name string) {
	o.SetName(name)
	o.SetNamespace(a.Namespace)
	o.SetLabels(map[string]string{manifest.NameLabel: a.Name, manifest.ManagedLabel: kube.FieldManager})
}

// ReleaseHere returns a release as it is deployed in this cluster.
func (a *App) ReleaseHere(r release.Release) release.Release {
	here := a.Config
	here.Namespace, here.Resources = a.Namespace, r.Config.Kubernetes.Resources
	r.Config.Kubernetes = here
	return r
}

// RouteApp is the app as its routes need it. They depend on no release.
func (a *App) RouteApp() manifest.App {
	here := a.Config
	here.Namespace = a.Namespace
	return manifest.App{Release: release.Release{App: a.Name, Config: config.App{Name: a.Name, Kubernetes: here}}}
}

// ListAppObjects lists the app's objects of a kind, without its history.
func (a *App) ListAppObjects(ctx context.Context, kind string) ([]kube.Object, error) {
	return a.Kube.ListObjects(ctx, a.ObjectRef(kind, ""), a.LabelSelector()+",!"+KeepsLabel)
}

// ReadDeployment reads the Deployment of a color; nil if the color runs
// nothing.
func (a *App) ReadDeployment(ctx context.Context, c color.Color) (*kube.Object, error) {
	return a.readOptional(ctx, "Deployment", a.ColorName(c))
}

// ReadScaler reads the autoscaler; nil if none exists.
func (a *App) ReadScaler(ctx context.Context) (*kube.Object, error) {
	return a.readOptional(ctx, "HorizontalPodAutoscaler", a.Name)
}

func (a *App) readOptional(ctx context.Context, kind, name string) (*kube.Object, error) {
	o, err := a.Kube.GetObject(ctx, a.ObjectRef(kind, name))
	if kube.IsNotFound(err) {
		return nil, nil
	}
	return o, err
}

// ReadTraffic asks the API server which color has the traffic. It is None
// where the route does not lead to exactly one color.
func (a *App) ReadTraffic(ctx context.Context) (color.Color, error) {
	o, err := a.readOptional(ctx, "HTTPRoute", a.Name)
	if err != nil {
		return color.None, fmt.Errorf("read the route: %w", err)
	}
	if o == nil {
		return color.None, nil
	}
	c, _ := a.RouteTraffic(o)
	return c, nil
}

// RouteTraffic reads from a route which color has the traffic. If there is no
// such color, foreign says what the route does instead.
func (a *App) RouteTraffic(route *kube.Object) (c color.Color, foreign string) {
	c, err := manifest.PointedColor(route, a.Name)
	switch {
	case err != nil:
		return color.None, err.Error()
	case c != color.None && !manifest.IsAttached(route):
		return color.None, "is attached to no Gateway"
	}
	return c, ""
}
