package kube

import "strings"

// KubectlCommand implements Cluster.
func (c *Client) KubectlCommand(namespace, words string) string {
	if namespace != "" {
		words = "--namespace " + QuoteWord(namespace) + " " + words
	}
	return Options{Kubeconfig: c.kubeconfig, Context: c.context}.kubectlCommand(words)
}

// kubectlCommand is a command that means the same file and context. The namespace is
// left out: not every command is about one.
func (o Options) kubectlCommand(words string) string {
	if o.Context != "" && o.Context != inCluster {
		words = "--context " + QuoteWord(o.Context) + " " + words
	}
	if o.Kubeconfig != "" {
		words = "--kubeconfig " + QuoteWord(o.Kubeconfig) + " " + words
	}
	return "kubectl " + words
}

// QuoteWord makes a word safe to paste into a shell.
func QuoteWord(word string) string {
	plain := func(r rune) bool {
		return strings.ContainsRune("-_./:=@,+%", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
