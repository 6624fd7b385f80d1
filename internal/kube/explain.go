package kube

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/kit/problem"
)

// explain adds to an error what was being done and, where there is any, the
// advice. What the error is stays to be seen through it.
func (c *Client) explain(verb string, k kind, r Ref, err error) error {
	what := verb + " " + c.describe(k, r)
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	scope := ""
	if !k.cluster && r.Namespace != AllNamespaces {
		scope = c.in(r.Namespace)
	}
	switch {
	case IsQuota(err):
		return problem.Wrap(err, problem.Failed, c.Kubectl(scope, "describe resourcequota"), "%s: the namespace's quota is used up", what)
	case IsEnding(err):
		return problem.Wrap(err, problem.Failed, c.Kubectl("", "wait --for=delete --timeout=5m namespace/"+c.in(r.Namespace)),
			"%s: the namespace is being deleted", what)
	case IsForbidden(err):
		return problem.Wrap(err, problem.Failed, c.Kubectl(scope, "auth can-i "+strings.Fields(verb)[0]+" "+k.qualified()),
			"%s: the user of context %q may not", what, c.context)
	case IsNoKind(err):
		return problem.Wrap(err, problem.Failed, c.install(k), "%s: the cluster does not know this kind of object", what)
	}
	return c.explainServer(what, err)
}

// describe names an object for people.
func (c *Client) describe(k kind, r Ref) string {
	switch {
	case r.Name == "" && r.Namespace == AllNamespaces:
		return k.resource + " of all namespaces"
	case r.Name == "" && k.cluster:
		return k.resource
	case r.Name == "":
		return fmt.Sprintf("%s of namespace %s", k.resource, c.in(r.Namespace))
	case k.cluster:
		return fmt.Sprintf("%s %s", k.name, r.Name)
	}
	return fmt.Sprintf("%s %s/%s", k.name, c.in(r.Namespace), r.Name)
}

// install is the advice for a kind that a cluster does not know.
func (c *Client) install(k kind) string {
	switch k.group {
	case "gateway.networking.k8s.io":
		return "version-manager install-ingress"
	case "metrics.k8s.io":
		return "the cluster needs metrics-server; " + c.Kubectl("", "get apiservice v1beta1.metrics.k8s.io") + " says whether it is there"
	}
	return c.Kubectl("", "api-resources --api-group="+k.group)
}
