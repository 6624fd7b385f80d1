package kubernetes

import (
	"context"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/kube"
)

// warnings is what in the cluster makes a deploy slower or riskier. What
// cannot be found out is no warning.
func (t *Target) warnings(ctx context.Context, c clusterstatus.Cluster) (list []string) {
	if warning, err := kube.CheckVersion(c.Version); err != nil {
		list = append(list, err.Error())
	} else if warning != "" {
		list = append(list, warning)
	}
	ready := 0
	for _, n := range c.Nodes {
		if !n.Ready {
			list = append(list, fmt.Sprintf("node %s is not ready: %s", n.Name, n.Reason))
		} else {
			ready++
		}
	}
	if ready == 1 {
		list = append(list, "there is only one node: without it nothing answers")
	}
	for _, text := range []string{t.blindScaler(ctx), t.lonely(ctx)} {
		if text != "" {
			list = append(list, text)
		}
	}
	list = append(list, t.gatewayWarnings(ctx)...)
	return append(list, t.rivalWarnings(ctx)...)
}

// blindScaler says why the autoscaler does not know the load.
func (t *Target) blindScaler(ctx context.Context) string {
	o, err := t.app.ReadScaler(ctx)
	if err != nil || o == nil {
		return ""
	}
	h, err := kube.As[autoscalingv2.HorizontalPodAutoscaler](o)
	if err != nil {
		return ""
	}
	for _, c := range h.Status.Conditions {
		if c.Type == autoscalingv2.ScalingActive && c.Status == corev1.ConditionFalse {
			return "the autoscaler does nothing: " + c.Message
		}
	}
	return ""
}
