package kube

import (
	"fmt"
)

func (c *Client) explain(verb string, k kind, r Ref, err error) error {
	return fmt.Errorf("%s %s: %w", verb, c.describe(k, r), err)
}

// describe names an object for people.
func (c *Client) describe(k kind, r Ref) string {
	switch {
	case k.cluster:
		return fmt.Sprintf("%s %s", k.name, r.Name)
	case r.Namespace == AllNamespaces:
		return fmt.Sprintf("%s of all namespaces", k.name)
	}
	return fmt.Sprintf("%s %s/%s", k.name, c.in(r.Namespace), r.Name)
}
func explainPlugin(context string, err error) error {
	return fmt.Errorf("use context %q of the kubeconfig: %w", context, err)
}
