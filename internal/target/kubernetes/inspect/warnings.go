package inspect

import (
	"context"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/autoscale"
	"version-manager/internal/target/kubernetes/objects"
)

// listWarnings says what in the cluster makes a deploy slower or riskier. What
// cannot be read is no warning.
func (i *Inspector) listWarnings(ctx context.Context, c clusterstatus.Cluster) (list []string) {
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
		list = append(list, "only one node is ready: without it the app is down")
	}
	for _, text := range []string{i.inactiveScaler(ctx), i.singleInstance(ctx)} {
		if text != "" {
			list = append(list, text)
		}
	}
	list = append(list, i.gateway.ListWarnings(ctx)...)
	return append(list, i.neighbors.OverlapWarnings(ctx)...)
}

// inactiveScaler says why the autoscaler does not know the load.
func (i *Inspector) inactiveScaler(ctx context.Context) string {
	o, err := i.app.ReadScaler(ctx)
	if err != nil || o == nil {
		return ""
	}
	h, err := kube.ConvertObject[autoscalingv2.HorizontalPodAutoscaler](o)
	if err != nil {
		return ""
	}
	for _, c := range h.Status.Conditions {
		if c.Type == autoscalingv2.ScalingActive && c.Status == corev1.ConditionFalse {
			return "the autoscaler is inactive: " + c.Message
		}
	}
	return ""
}

// singleInstance warns if the active color has one instance or may be scaled
// down to one. The disruption budget lets a single instance go, because its
// node could never be drained otherwise, and the next one starts after that.
func (i *Inspector) singleInstance(ctx context.Context) string {
	c, err := i.app.ReadTraffic(ctx)
	if err != nil || c == color.None {
		return ""
	}
	d, err := i.app.ReadDeployment(ctx, c)
	if err != nil || d == nil {
		return ""
	}
	scaler, err := i.app.ReadScaler(ctx)
	switch {
	case err != nil:
		return ""
	case scaler == nil && objects.SpecReplicas(d) == 1:
		return "the active color has only one instance: draining its node costs requests; set replicas: 2"
	case scaler != nil && autoscale.UnlockedMinimum(scaler) == 1:
		return "the autoscaler may leave only one instance: draining its node costs requests; set min: 2 in autoscale"
	}
	return ""
}
