package kube

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"version-manager/internal/kit/problem"
)

// inCluster is the context of a process that is a pod itself.
const inCluster = "in-cluster"

// Options say which cluster is meant. The zero value means what kubectl means.
type Options struct {
	Kubeconfig string // file; empty: the list in $KUBECONFIG, else ~/.kube/config, else the pod's own account
	Context    string // empty: the file's current context
	Namespace  string // empty: that of the context, else "default"
}

// OpenClient reads the kubeconfig. It makes no requests: the first call does.
func OpenClient(o Options) (*Client, error) {
	access, err := loadConfig(o)
	if err != nil {
		return nil, err
	}
	return connectClient(access)
}

// access is what a kubeconfig says about one context.
type access struct {
	Options // with the context and the namespace that it comes to
	config  *rest.Config
}

func loadConfig(o Options) (access, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath, rules.WarnIfAllMissing = o.Kubeconfig, false
	file, err := rules.Load()
	switch {
	case os.IsNotExist(err):
		return access{}, missingError(fmt.Sprintf("there is no kubeconfig %s", o.Kubeconfig))
	case err != nil:
		return access{}, problem.Wrap(err, problem.Failed, o.kubectlCommand("config view"), "read the kubeconfig")
	case api.IsConfigEmpty(file):
		return loadInCluster(o)
	}
	return loadFile(o, rules, file)
}

func missingError(what string) error {
	return problem.New(problem.Failed, "version-manager cluster up", "%s", what)
}

func loadFile(o Options, rules *clientcmd.ClientConfigLoadingRules, file *api.Config) (access, error) {
	o.Context = cmp.Or(o.Context, file.CurrentContext)
	if file.Contexts[o.Context] == nil {
		return access{}, unknownContext(o, file)
	}
	over := &clientcmd.ConfigOverrides{CurrentContext: o.Context, Context: api.Context{Namespace: o.Namespace}}
	config := clientcmd.NewNonInteractiveClientConfig(*file, o.Context, over, rules)
	rc, err := config.ClientConfig()
	if err != nil {
		return access{}, problem.Wrap(err, problem.Failed, o.kubectlCommand("config view"), "read context %q of the kubeconfig", o.Context)
	}
	if isDirect(file, o.Context) {
		rc.Proxy = noProxy
	}
	if o.Namespace, _, err = config.Namespace(); err != nil {
		return access{}, problem.Wrap(err, problem.Failed, o.kubectlCommand("config view"), "read context %q of the kubeconfig", o.Context)
	}
	return access{o, rc}, nil
}

func loadInCluster(o Options) (access, error) {
	rc, err := rest.InClusterConfig()
	if err != nil {
		return access{}, missingError("there is no kubeconfig, so no cluster is known")
	}
	o.Context = inCluster
	if b, err := os.ReadFile("/var/run/secrets/kubernetes.io/serviceaccount/namespace"); err == nil && o.Namespace == "" {
		o.Namespace = string(b)
	}
	return access{o, rc}, nil
}

// connectClient makes the client. HTTP/2 is off: one connection for everything means
// that everything hangs when it does, while of HTTP/1.1 a hung request takes
// only its own connection along.
func connectClient(a access) (*Client, error) {
	rc := rest.CopyConfig(a.config)
	if err := hideUser(rc, a.Options); err != nil {
		return nil, err
	}
	rc.UserAgent = FieldManager
	rc.QPS = -1 // no limit of our own: the server has better ones, and says so
	rc.WarningHandler = rest.NoWarnings{}
	rc.NextProtos = []string{"http/1.1"}
	rc.Dial = (&net.Dialer{
		Timeout:         5 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
	}).DialContext
	plain := rest.CopyConfig(rc)
	rc.Wrap(func(next http.RoundTripper) http.RoundTripper { return impatient{next} })
	client, err := rest.HTTPClientFor(rc)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, a.kubectlCommand("config view"), "use context %q of the kubeconfig", a.Context)
	}
	return newClient(a, rc, plain, client)
}

func newClient(a access, rc, plain *rest.Config, client *http.Client) (*Client, error) {
	objects, err := dynamic.NewForConfigAndClient(rc, client)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, a.kubectlCommand("config view"), "use context %q of the kubeconfig", a.Context)
	}
	raw, err := rest.UnversionedRESTClientForConfigAndClient(dynamic.ConfigFor(rc), client)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, a.kubectlCommand("config view"), "use context %q of the kubeconfig", a.Context)
	}
	return &Client{kubeconfig: a.Kubeconfig, context: a.Context, namespace: cmp.Or(a.Namespace, "default"),
		config: plain, objects: objects, raw: raw,
		retryTime: 30 * time.Second, tryTimeout: 10 * time.Second}, nil
}
