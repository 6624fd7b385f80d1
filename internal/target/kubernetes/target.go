// Package kubernetes is a Kubernetes cluster as a target.
//
// A [Target] is one app in one namespace. It keeps no process and no state of
// its own in the cluster: what runs is said by two Deployments, who gets the
// traffic by one HTTPRoute, who may change that by a Lease, and what happened
// by ConfigMaps. Everything is applied server-side by one field manager, and
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

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
)

// Options say which app in which cluster is meant.
type Options struct {
	App        string
	State      string            // the state folder, where images are kept
	Config     config.Kubernetes // of the work tree: where the gateway is and how images get to the nodes belong to the cluster
	Preview    string            // host name that reaches the standby color, where Config names none
	Kubeconfig string            // empty: as kubectl finds it
	Context    string            // empty: the kubeconfig's current one
	Project    string            // the folder that file names are relative to
	Self       []string          // this program and its first arguments; empty: the running executable
}

// Target is one app in one namespace of a cluster.
type Target struct {
	kube      kube.Cluster
	app       string
	namespace string
	options   Options
}

// colorName is the name of the Deployment, the Service and the
// PodDisruptionBudget of a color.
func (t *Target) colorName(c color.Color) string { return t.app + "-" + string(c) }

// selector matches everything of the app that was made by us, and its pods.
func (t *Target) selector() string {
	return labelApp + "=" + t.app + "," + labelManager + "=" + kube.Manager
}

// ref names an object of the app in its namespace.
func (t *Target) ref(kind, name string) kube.Ref {
	return kube.Ref{Kind: kind, Namespace: t.namespace, Name: name}
}

// namespaceOf is where an app lives.
func namespaceOf(app string, k config.Kubernetes) string { return cmp.Or(k.Namespace, app) }

const (
	labelApp     = "app.kubernetes.io/name"
	labelManager = "app.kubernetes.io/managed-by"
	labelColor   = "version-manager.io/color"
	labelVersion = "app.kubernetes.io/version"
)
