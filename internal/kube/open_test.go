package kube

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func TestOpen(t *testing.T) {
	file := kubeconfig(t, "https://203.0.113.1:6443")
	for name, tt := range map[string]struct {
		o                          Options
		environment                string
		context, namespace, server string
	}{
		"explicit file":      {Options{Kubeconfig: file}, "/nowhere", "here", "shops", "https://203.0.113.1:6443"},
		"environment":        {Options{}, "/nowhere:" + file, "here", "shops", "https://203.0.113.1:6443"},
		"other context":      {Options{Context: "there"}, file, "there", "default", "https://203.0.113.1:6443"},
		"other namespace":    {Options{Namespace: "n"}, file, "here", "n", "https://203.0.113.1:6443"},
		"both at once":       {Options{Context: "there", Namespace: "n"}, file, "there", "n", "https://203.0.113.1:6443"},
		"the first one wins": {Options{}, file + ":" + kubeconfig(t, "https://203.0.113.2:6443"), "here", "shops", "https://203.0.113.1:6443"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.environment)
			c, err := OpenClient(tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if c.ContextName() != tt.context || c.DefaultNamespace() != tt.namespace || c.ServerAddress() != tt.server {
				t.Errorf("opened %s %s %s", c.ContextName(), c.DefaultNamespace(), c.ServerAddress())
			}
		})
	}
}

func TestOpenProblems(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "kubeconfig")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := kubeconfig(t, "https://203.0.113.1:6443")
	const pair = "apiVersion: v1\nkind: Config\ncurrent-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n" +
		"clusters: [{name: c, cluster: {server: 'https://203.0.113.1'}}]\n"
	for name, tt := range map[string]struct {
		o          Options
		text, hint string
	}{
		"none at all":       {Options{}, "no cluster is known", "version-manager cluster up"},
		"no such file":      {Options{Kubeconfig: "/nowhere/config"}, "/nowhere/config", "cluster up"},
		"no such context":   {Options{Kubeconfig: good, Context: "prod"}, `no context "prod": there is here, there`, "kubectl --kubeconfig " + good + " config use-context here"},
		"no context chosen": {Options{Kubeconfig: write("apiVersion: v1\nkind: Config\ncontexts: [{name: a, context: {cluster: c}}]\n")}, "no current context: there is a", "use-context a"},
		"no contexts":       {Options{Kubeconfig: write("apiVersion: v1\nkind: Config\nclusters: [{name: a, cluster: {server: 'https://h'}}]\n")}, "no current context", "cluster up"},
		"no YAML":           {Options{Kubeconfig: write("token: [" + secret)}, "read the kubeconfig", " config view"},
		"no server":         {Options{Kubeconfig: write("apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n")}, `context "a"`, " --context a config view"},
		"bad key":           {Options{Kubeconfig: write(pair + fmt.Sprintf("users: [{name: u, user: {client-certificate-data: Zm9v, client-key-data: YmFy, token: %s}}]\n", secret))}, `context "x"`, " --context x config view"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", "")
			home := clientcmd.RecommendedHomeFile // which was made of HOME when the program began
			clientcmd.RecommendedHomeFile = filepath.Join(t.TempDir(), "config")
			defer func() { clientcmd.RecommendedHomeFile = home }()
			t.Setenv("KUBERNETES_SERVICE_HOST", "")
			_, err := OpenClient(tt.o)
			wantProblem(t, err, tt.text, tt.hint)
		})
	}
}
