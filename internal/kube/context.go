package kube

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd/api"

	"version-manager/internal/problem"
)

// unknownContext lists the contexts that there are.
func unknownContext(name string, file *api.Config) error {
	known := slices.Sorted(maps.Keys(file.Contexts))
	what := fmt.Sprintf("the kubeconfig has no context %q", name)
	if name == "" {
		what = "the kubeconfig has no current context"
	}
	if len(known) == 0 {
		return missing(what)
	}
	return problem.New(problem.Failed, "kubectl config use-context "+known[0], "%s: there is %s", what, strings.Join(known, ", "))
}
