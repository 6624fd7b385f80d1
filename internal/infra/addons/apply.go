package addons

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// poll is how often a condition is looked at.
const poll = 250 * time.Millisecond

// apply makes all objects, in the order given.
func apply(ctx context.Context, c kube.Cluster, list []*kube.Object) error {
	for _, o := range list {
		if _, err := c.Apply(ctx, o); err != nil {
			return explain(c, err, o)
		}
	}
	return nil
}

// explain adds what a person can do about an object that was refused.
func explain(c kube.Cluster, err error, o *kube.Object) error {
	what := fmt.Sprintf("apply %s %s", o.GetKind(), o.GetName())
	switch {
	case strings.Contains(err.Error(), "port is already allocated"):
		return problem.Wrap(err, problem.Failed, c.Kubectl("", "get services --all-namespaces")+" | grep 30001",
			"%s: another Service has the node port", what)
	case kube.IsForbidden(err):
		return problem.Wrap(err, problem.Failed, "use a kubeconfig of a cluster administrator", "%s", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// applyCRDs makes definitions and waits until the API server serves them:
// before, objects of their kinds are refused.
func applyCRDs(ctx context.Context, c kube.Cluster, list []*kube.Object) error {
	if err := apply(ctx, c, list); err != nil {
		return err
	}
	for _, o := range list {
		err := until(ctx, func() (string, error) {
			crd, err := c.Get(ctx, kube.Ref{Kind: o.GetKind(), Name: o.GetName()})
			if err != nil || condition(crd, "Established") == "True" {
				return "", err
			}
			return "it is not served yet", nil
		})
		if err != nil {
			return fmt.Errorf("wait for the definition %s: %w", o.GetName(), err)
		}
	}
	return nil
}

// until calls f until it returns no reason to wait. When the time is over,
// the last reason is the error.
func until(ctx context.Context, f func() (waitingFor string, err error)) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for last := ""; ; {
		reason, err := f()
		switch {
		case ctx.Err() != nil && last != "":
			return fmt.Errorf("%s: %w", last, ctx.Err())
		case err != nil:
			return err
		case reason == "":
			return nil
		}
		last = reason
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// condition is the status of one of an object's conditions: "True", "False",
// "Unknown" or "", if nobody has said anything.
func condition(o *kube.Object, kind string) string {
	list, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, item := range list {
		c, _ := item.(map[string]any)
		if c["type"] == kind {
			status, _ := c["status"].(string)
			return status
		}
	}
	return ""
}
