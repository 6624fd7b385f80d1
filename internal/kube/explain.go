package kube

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/kit/problem"
)

// explainError adds to an error what was being done and, where there is any, the
// advice. What the error is stays to be seen through it.
func (c *Client) explainError(verb string, k kind, r Ref, err error) error {
	what := verb + " " + c.describeRef(k, r)
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	scope := ""
	if !k.cluster && r.Namespace != AllNamespaces {
		scope = c.resolveNamespace(r.Namespace)
	}
	switch {
	case IsQuotaExceeded(err):
		return problem.Wrap(err, problem.Failed, c.KubectlCommand(scope, "describe resourcequota"), "%s: the namespace's quota is used up", what)
	case IsNamespaceEnding(err):
		return problem.Wrap(err, problem.Failed, c.KubectlCommand("", "wait --for=delete --timeout=5m namespace/"+c.resolveNamespace(r.Namespace)),
			"%s: the namespace is being deleted", what)
	case IsForbidden(err):
		return problem.Wrap(err, problem.Failed, c.KubectlCommand(scope, "auth can-i "+strings.Fields(verb)[0]+" "+k.qualifiedName()),
			"%s: the user of context %q is not allowed to", what, c.context)
	case IsNoKind(err):
		return problem.Wrap(err, problem.Failed, c.installCommand(k), "%s: the cluster does not know this kind of object", what)
	}
	return c.explainServer(what, err)
}

// describeRef names an object for people.
func (c *Client) describeRef(k kind, r Ref) string {
	switch {
	case r.Name == "" && r.Namespace == AllNamespaces:
		return k.resource + " of all namespaces"
	case r.Name == "" && k.cluster:
		return k.resource
	case r.Name == "":
		return fmt.Sprintf("%s of namespace %s", k.resource, c.resolveNamespace(r.Namespace))
	case k.cluster:
		return fmt.Sprintf("%s %s", k.name, r.Name)
	}
	return fmt.Sprintf("%s %s/%s", k.name, c.resolveNamespace(r.Namespace), r.Name)
}

// installCommand is the advice for a kind that a cluster does not know.
func (c *Client) installCommand(k kind) string {
	switch k.group {
	case "gateway.networking.k8s.io":
		return "version-manager install-ingress"
	case "metrics.k8s.io":
		return c.KubectlCommand("", "get apiservice v1beta1.metrics.k8s.io") // of metrics-server
	}
	return c.KubectlCommand("", "api-resources --api-group="+k.group)
}
