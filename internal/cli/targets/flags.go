// Package targets chooses and opens the target of an invocation: this machine
// or a cluster. It is the one place that reads the target flags and
// VERSION_MANAGER_TARGET, that opens a target or a cluster for a command, and
// that asks whether a cluster is meant before it is changed for the first time.
//
// Start with [OpenApp].
package targets

import (
	"cmp"

	"github.com/spf13/pflag"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/kit/names"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/target"
)

// The targets by name.
const (
	Local   = target.LocalName
	Cluster = target.KubernetesName
)

// TargetVariable names the environment variable for --target.
const TargetVariable = "VERSION_MANAGER_TARGET"

// Flags say which app is meant and where it runs.
type Flags struct {
	Project project.Flags
	Target  string // empty: see [Flags.ChooseTarget]
	Cluster ClusterFlags
}

// ClusterFlags say which cluster is meant. Empty ones leave it to the
// kubeconfig and the configuration of the app.
type ClusterFlags struct {
	Kubeconfig string
	Context    string
	Namespace  string
}

// AddTo defines the flags of the project and of the target in f and sets them
// to their defaults.
func (g *Flags) AddTo(f *pflag.FlagSet) {
	g.Project.AddTo(f)
	f.Var(command.NewChoice(&g.Target, Local, Cluster), "target", "where the app runs (default local; or set "+TargetVariable+")")
	g.Cluster.AddConnection(f)
	f.StringVar(&g.Cluster.Namespace, "namespace", "", "use the namespace `NAME` of the cluster (default kubernetes.namespace, then the app's name)")
	command.GroupFlags(f, command.TargetGroup, "target", "namespace")
}

// AddConnection defines the flags that say which cluster is meant, without
// that for the namespace.
func (g *ClusterFlags) AddConnection(f *pflag.FlagSet) {
	f.StringVar(&g.Kubeconfig, "kubeconfig", "", "use the kubeconfig `FILE` (default $KUBECONFIG, then ~/.kube/config)")
	f.StringVar(&g.Context, "context", "", "use the kubeconfig context `NAME` (default the current one)")
	command.GroupFlags(f, command.TargetGroup, "kubeconfig", "context")
}

// ChooseTarget returns the name of the target that flags or the environment ask
// for. A flag that names a cluster implies the target kubernetes.
func (g Flags) ChooseTarget(getenv func(string) string) (string, error) {
	named := g.Cluster != (ClusterFlags{})
	switch n := g.Cluster.Namespace; {
	case n != "" && !names.IsDNS1123Label(n):
		return "", problem.New(problem.Usage, "kubectl get namespaces", "--namespace %q is not a DNS label: want at most 63 of a-z, 0-9, and '-'", n)
	case named && g.Target == Local:
		return "", problem.New(problem.Usage, "", "--kubeconfig, --context, and --namespace name a cluster, but --target is local")
	case named:
		return Cluster, nil
	case g.Target != "":
		return g.Target, nil
	}
	switch name := getenv(TargetVariable); name {
	case "", Local, Cluster:
		return cmp.Or(name, Local), nil
	default:
		return "", problem.New(problem.Usage, "export "+TargetVariable+"="+Cluster, "%s is %q: want one of %s, %s", TargetVariable, name, Local, Cluster)
	}
}

// PreferCluster makes a cluster the default target, for commands that only a
// cluster understands. Hints then name the target too, because most commands
// have another default.
func (g *Flags) PreferCluster() {
	if g.Target == "" && g.Cluster == (ClusterFlags{}) {
		g.Target = Cluster
	}
}

// ForPlace returns the flags that name a place in a cluster to version-manager
// and to kubectl alike.
func (g ClusterFlags) ForPlace(where clusterstatus.Cluster) string {
	words := "--context " + shell.QuoteIfNeeded(where.Context) + " --namespace " + shell.QuoteIfNeeded(where.Namespace)
	if g.Kubeconfig != "" {
		words = "--kubeconfig " + shell.QuoteIfNeeded(g.Kubeconfig) + " " + words
	}
	return words
}
