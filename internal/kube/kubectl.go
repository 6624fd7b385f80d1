package kube

import "strings"

// Kubectl implements Cluster.
func (c *Client) Kubectl(namespace, words string) string {
	if namespace != "" {
		words = "--namespace " + Quoted(namespace) + " " + words
	}
	return Options{Kubeconfig: c.kubeconfig, Context: c.context}.kubectl(words)
}

// kubectl is a command that means the same file and context. The namespace is
// left out: not every command is about one.
func (o Options) kubectl(words string) string {
	if o.Context != "" && o.Context != inCluster {
		words = "--context " + Quoted(o.Context) + " " + words
	}
	if o.Kubeconfig != "" {
		words = "--kubeconfig " + Quoted(o.Kubeconfig) + " " + words
	}
	return "kubectl " + words
}

// Quoted makes a word safe to paste into a shell.
func Quoted(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("-_./:=@,+%", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
