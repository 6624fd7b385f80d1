package kube

import "version-manager/internal/kit/shell"

// KubectlCommand implements Cluster.
func (c *Client) KubectlCommand(namespace, words string) string {
	if namespace != "" {
		words = "--namespace " + shell.QuoteIfNeeded(namespace) + " " + words
	}
	return Options{Kubeconfig: c.kubeconfig, Context: c.context}.kubectlCommand(words)
}

// kubectlCommand is a command that means the same file and context. The namespace is
// left out: not every command is about one.
func (o Options) kubectlCommand(words string) string {
	if o.Context != "" && o.Context != inCluster {
		words = "--context " + shell.QuoteIfNeeded(o.Context) + " " + words
	}
	if o.Kubeconfig != "" {
		words = "--kubeconfig " + shell.QuoteIfNeeded(o.Kubeconfig) + " " + words
	}
	return "kubectl " + words
}
