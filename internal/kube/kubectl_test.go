package kube

import (
	"testing"

	"version-manager/internal/kit/shell"
)

func TestKubectl(t *testing.T) {
	for want, tt := range map[string]struct{ kubeconfig, context, namespace string }{
		"kubectl --context prod get nodes":                         {"", "prod", ""},
		"kubectl --context prod --namespace shop get nodes":        {"", "prod", "shop"},
		"kubectl --kubeconfig k.yaml --context prod get nodes":     {"k.yaml", "prod", ""},
		"kubectl --kubeconfig 'my own' --context 'a b' get nodes":  {"my own", "a b", ""},
		`kubectl --context 'it'\''s $(mine)' get nodes`:            {"", "it's $(mine)", ""},
		"kubectl --context arn:aws:eks:x:1:cluster/shop get nodes": {"", "arn:aws:eks:x:1:cluster/shop", ""},
		"kubectl --namespace shop get nodes":                       {"", inCluster, "shop"},
	} {
		c := &Client{kubeconfig: tt.kubeconfig, context: tt.context}
		if got := c.KubectlCommand(tt.namespace, "get nodes"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestKubectlMeansWhatWasOpened: a file that was named is named again, one
// that the environment names is found again.
func TestKubectlMeansWhatWasOpened(t *testing.T) {
	file := kubeconfig(t, "https://203.0.113.1")
	t.Setenv("KUBECONFIG", file)
	for want, o := range map[string]Options{
		"kubectl --context here get nodes":                                                 {},
		"kubectl --context there get nodes":                                                {Context: "there", Namespace: "shop"},
		"kubectl --kubeconfig " + shell.QuoteIfNeeded(file) + " --context there get nodes": {Kubeconfig: file, Context: "there"},
	} {
		c, err := OpenClient(o)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.KubectlCommand("", "get nodes"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
