package targets

import (
	"version-manager/internal/cli/project"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/kube"
	"version-manager/internal/target/local"
)

// OpenCluster opens the cluster that the flags name, for a command that is
// about the cluster itself and not about an app in it.
func OpenCluster(f ClusterFlags) (*kube.Client, error) {
	return kube.OpenClient(kube.Options{Kubeconfig: f.Kubeconfig, Context: f.Context, Namespace: f.Namespace})
}

// DescribeCluster returns which cluster c is, with the namespace in which a
// command is going to change something.
func DescribeCluster(c *kube.Client, namespace string) clusterstatus.Cluster {
	return clusterstatus.Cluster{Context: c.ContextName(), Server: c.ServerAddress(), Authority: c.AuthorityDigest(), Namespace: namespace}
}

// OpenLocal opens this machine as the target of p with the state folder at
// state, which may differ from the project's.
func OpenLocal(p project.Project, state string) (*local.Target, error) {
	return local.NewTarget(local.Options{App: p.App.Name, State: state, Local: p.App.Local, Project: p.Root})
}
