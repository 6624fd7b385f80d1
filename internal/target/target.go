// Package target opens the places where releases run, by name.
//
// It only chooses. What a target must do is said by [deploy.Target] and shown
// by package targettest, which every target passes.
package target

import (
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/target/kubernetes"
	"version-manager/internal/target/local"
)

// Names of the targets. This machine is the default.
const (
	LocalName      = "local"
	KubernetesName = "kubernetes"
)

// Spec says which target is meant and for which app.
type Spec struct {
	Name    string // "" or "local" is this machine, "kubernetes" a cluster
	App     string
	State   string       // the state folder
	Local   config.Local // of the work tree, not of a release: ports belong to the machine
	Project string       // the folder of version-manager.yaml
	Preview string       // value of the variable that opens the preview
	Agent   []string     // for this machine: the program and first arguments that start an agent; empty: this program
	Passive bool         // only look: nothing is started on this machine

	Kubernetes Kubernetes
}

// Kubernetes says which cluster is meant and how the app runs in it.
type Kubernetes struct {
	Kubeconfig string            // file; empty: $KUBECONFIG, else the one in the home folder
	Context    string            // of the kubeconfig; empty: its current one
	Namespace  string            // empty: as Config says, else the app's name
	Config     config.Kubernetes // of the work tree: a cluster's entrances belong to the cluster
	Preview    string            // value of the variable that opens the preview
	Self       []string          // the program and first arguments that nodes get their images from; empty: this program
}

// Open returns the target. It contacts nothing yet.
func Open(s Spec) (deploy.Target, error) {
	switch s.Name {
	case "", LocalName:
		return local.NewTarget(local.Options{App: s.App, State: s.State, Local: s.Local, Project: s.Project, Preview: s.Preview, Agent: s.Agent, Passive: s.Passive})
	case KubernetesName:
		k := s.Kubernetes
		return kubernetes.New(kubernetes.Options{
			App: s.App, State: s.State, Config: k.Config, Kubeconfig: k.Kubeconfig, Context: k.Context, Namespace: k.Namespace, Preview: k.Preview, Self: k.Self,
		})
	}
	return nil, problem.New(problem.Usage, "", "there is no target %q, only %q and %q", s.Name, LocalName, KubernetesName)
}
