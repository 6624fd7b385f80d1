package cli

import (
	"github.com/spf13/pflag"

	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/names"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/target"
)

// The targets by name.
const (
	localTarget   = "local"
	clusterTarget = "kubernetes"
)

// targetVariable names the environment variable for --target.
const targetVariable = "VERSION_MANAGER_TARGET"

// clusterFlags are those that say which cluster is meant.
type clusterFlags struct {
	kubeconfig string
	context    string
	namespace  string
}

// which are the flags that name a place in a cluster to version-manager and
// kubectl alike.
func (f clusterFlags) which(where deploy.Cluster) string {
	words := "--context " + kube.Quoted(where.Context) + " --namespace " + kube.Quoted(where.Namespace)
	if f.kubeconfig != "" {
		words = "--kubeconfig " + kube.Quoted(f.kubeconfig) + " " + words
	}
	return words
}

func (g *globals) addTarget(f *pflag.FlagSet) {
	f.Var(choose(&g.target, localTarget, clusterTarget), "target", "where the app runs (default local; or set "+targetVariable+")")
	f.StringVar(&g.cluster.kubeconfig, "kubeconfig", "", "use the kubeconfig `FILE` (default $KUBECONFIG, then ~/.kube/config)")
	f.StringVar(&g.cluster.context, "context", "", "use the kubeconfig context `NAME` (default the current one)")
	f.StringVar(&g.cluster.namespace, "namespace", "", "use the namespace `NAME` of the cluster (default kubernetes.namespace, then the app's name)")
}

// targetName is the target that flags or the environment ask for. Who names a
// cluster need not say that it is one.
func (a *app) targetName() (string, error) {
	named := a.global.cluster != (clusterFlags{})
	switch n := a.global.cluster.namespace; {
	case n != "" && !names.IsDNS1123Label(n):
		return "", problem.New(problem.Usage, "kubectl get namespaces", "--namespace %q is not a DNS label: want up to 63 of a-z, 0-9 and '-'", n)
	case named && a.global.target == localTarget:
		return "", problem.New(problem.Usage, "version-manager --target kubernetes …", "--kubeconfig, --context and --namespace are for a cluster, and --target is local")
	case named:
		return clusterTarget, nil
	case a.global.target != "":
		return a.global.target, nil
	}
	switch name := a.getenv(targetVariable); name {
	case "", localTarget, clusterTarget:
		return firstOf(name, localTarget), nil
	default:
		return "", problem.New(problem.Usage, "export "+targetVariable+"="+clusterTarget, "%s is %q: want one of %s, %s", targetVariable, name, localTarget, clusterTarget)
	}
}

// meanCluster is for commands that only a cluster understands: there the
// flags that name one are a choice of which, not of whether. What they say is
// to be pasted names the cluster, too, because most commands would not mean it.
func (g *globals) meanCluster() {
	if g.target == "" && g.cluster == (clusterFlags{}) {
		g.target = clusterTarget
	}
}

// kubernetes is the part of a target's description that is about a cluster.
func (a *app) kubernetes(c config.Kubernetes) target.Kubernetes {
	g := a.global.cluster
	return target.Kubernetes{Kubeconfig: g.kubeconfig, Context: g.context, Namespace: g.namespace, Config: c, Preview: a.valueOf(c.PreviewSecret)}
}
