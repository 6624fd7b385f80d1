package manifest

import (
	"slices"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
)

// NewScaler is the autoscaler, pointed at color c with the given bounds, or nil
// if the configuration names no metric: bounds alone only limit scaling by
// hand.
func NewScaler(a App, c color.Color, least, most int) *kube.Object {
	auto := a.appConfig().Autoscale
	if !hasMetrics(auto) {
		return nil
	}
	o := loadFile[autoscalingv2.HorizontalPodAutoscaler]("scaler.yaml")
	a.setName(&o.ObjectMeta, a.appName())
	o.Spec.ScaleTargetRef.Name = ColorName(a.appName(), c)
	o.Spec.MinReplicas, o.Spec.MaxReplicas = new(int32(least)), int32(most)
	percent := map[corev1.ResourceName]int{corev1.ResourceCPU: auto.CPU, corev1.ResourceMemory: auto.Memory}
	o.Spec.Metrics = slices.DeleteFunc(o.Spec.Metrics, func(m autoscalingv2.MetricSpec) bool {
		p := percent[m.ContainerResource.Name]
		m.ContainerResource.Target.AverageUtilization = new(int32(p))
		return p == 0
	})
	return toObject(&o)
}

func hasMetrics(a config.Autoscale) bool { return a.CPU > 0 || a.Memory > 0 }
