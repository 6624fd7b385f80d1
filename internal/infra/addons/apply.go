package addons

import (
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/kube"
)

// pollInterval is the time between two looks at an object.
const pollInterval = 250 * time.Millisecond

// applyObjects applies all objects in the given order.
func applyObjects(ctx context.Context, c kube.Cluster, list []*kube.Object) error {
	for _, o := range list {
		if _, err := c.ApplyObject(ctx, o); err != nil {
			return explainError(c, err, o)
		}
	}
	return nil
}

// explainError adds a hint for an object that was refused.
func explainError(c kube.Cluster, err error, o *kube.Object) error {
	what := fmt.Sprintf("apply %s %s", o.GetKind(), o.GetName())
	switch {
	case strings.Contains(err.Error(), "port is already allocated"):
		return problem.Wrap(err, problem.Failed, c.KubectlCommand("", "get services --all-namespaces")+" | grep 30001",
			"%s: another Service has the node port", what)
	case kube.IsForbidden(err):
		return problem.Wrap(err, problem.Failed, c.KubectlCommand("", "auth can-i --list"), "%s: only an administrator of the cluster may do that", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// applyDefinitions applies definitions and waits until the API server serves
// them. Before that, it refuses objects of their kinds.
func applyDefinitions(ctx context.Context, c kube.Cluster, list []*kube.Object) error {
	if err := applyObjects(ctx, c, list); err != nil {
		return err
	}
	for _, o := range list {
		err := waitUntilDone(ctx, func() (string, error) {
			crd, err := c.GetObject(ctx, kube.Ref{Kind: o.GetKind(), Name: o.GetName()})
			if err != nil || conditionStatus(crd, "Established") == "True" {
				return "", err
			}
			return "it is not available yet", nil
		})
		if err != nil {
			return fmt.Errorf("wait for the definition %s: %w", o.GetName(), err)
		}
	}
	return nil
}

// waitUntilDone calls f until it returns no reason to wait. If ctx ends first,
// the last reason is the error.
func waitUntilDone(ctx context.Context, f func() (waitingFor string, err error)) error {
	last := ""
	err := wait.PollUntil(ctx, pollInterval, func(context.Context) (bool, error) {
		reason, err := f()
		if err == nil {
			last = reason
		}
		return err == nil && reason == "", err
	})
	if err != nil && ctx.Err() != nil && last != "" {
		return fmt.Errorf("%s: %w", last, ctx.Err())
	}
	return err
}

// conditionStatus returns the status of a condition: "True", "False", "Unknown",
// or "" if the object does not have it.
func conditionStatus(o *kube.Object, kind string) string {
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
