package inspect

import (
	"context"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/autoscale"
)

// describeScaler says what the autoscaler does; nil if none exists.
func (i *Inspector) describeScaler(ctx context.Context) (*clusterstatus.Scaler, error) {
	o, err := i.app.ReadScaler(ctx)
	if err != nil || o == nil {
		return nil, err
	}
	h, err := kube.ConvertObject[autoscalingv2.HorizontalPodAutoscaler](o)
	if err != nil {
		return nil, err
	}
	s := &clusterstatus.Scaler{
		Color:   color.Color(strings.TrimPrefix(h.Spec.ScaleTargetRef.Name, i.app.Name+"-")),
		Min:     autoscale.MinReplicas(o),
		Max:     int(h.Spec.MaxReplicas),
		Current: int(h.Status.CurrentReplicas),
		Desired: int(h.Status.DesiredReplicas),
		Metrics: []clusterstatus.Metric{},
	}
	for _, m := range h.Spec.Metrics {
		s.Metrics = append(s.Metrics, describeMetric(m, h.Status.CurrentMetrics))
	}
	return s, nil
}

func describeMetric(m autoscalingv2.MetricSpec, now []autoscalingv2.MetricStatus) clusterstatus.Metric {
	if m.ContainerResource == nil {
		return clusterstatus.Metric{Name: string(m.Type)}
	}
	d := clusterstatus.Metric{Name: string(m.ContainerResource.Name)}
	if u := m.ContainerResource.Target.AverageUtilization; u != nil {
		d.Target = int(*u)
	}
	for _, s := range now {
		r := s.ContainerResource
		if r != nil && r.Name == m.ContainerResource.Name && r.Current.AverageUtilization != nil {
			d.Current = new(int(*r.Current.AverageUtilization))
		}
	}
	return d
}
