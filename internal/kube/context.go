package kube

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd/api"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
)

// unknownContext lists the contexts that there are.
func unknownContext(o Options, file *api.Config) error {
	known := slices.Sorted(maps.Keys(file.Contexts))
	what := fmt.Sprintf("the kubeconfig has no context %q", o.Context)
	if o.Context == "" {
		what = "the kubeconfig has no current context"
	}
	if len(known) == 0 {
		return missingError(what)
	}
	choose := Options{Kubeconfig: o.Kubeconfig}.kubectlCommand("config use-context " + shell.QuoteIfNeeded(known[0]))
	return problem.New(problem.Failed, choose, "%s: there is %s", what, strings.Join(known, ", "))
}
