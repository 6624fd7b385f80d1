package manifest

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	ingress "version-manager/manifests/ingress"
)

// TestSlowIsNotDown: on a machine without processor time every proxy and every
// instance is slow at once. The kubelet must not take them out of service, and
// much less restart them, sooner than users give up.
func TestSlowIsNotDown(t *testing.T) {
	const (
		minReadinessSilence = 30 * time.Second // until a silent container is taken out
		maxReadinessRefusal = 6 * time.Second  // until one that refuses is taken out
		minLivenessSilence  = 2 * time.Minute  // until a silent container is restarted
	)
	shop := as[appsv1.Deployment](t, find(t, all(t, everything(t)), "Deployment", "shop-green"))
	containers := append(traefikContainers(t), append(shop.Spec.Template.Spec.InitContainers, shop.Spec.Template.Spec.Containers...)...)
	if len(containers) != 3 {
		t.Fatalf("%d containers, want Traefik, the sidecar and the app", len(containers))
	}
	for _, c := range containers {
		if got := silence(c.ReadinessProbe); got < minReadinessSilence {
			t.Errorf("%s is taken out of service after %s without an answer, want at least %s", c.Name, got, minReadinessSilence)
		}
		if got := toSeconds32(c.ReadinessProbe.PeriodSeconds * c.ReadinessProbe.FailureThreshold); got > maxReadinessRefusal {
			t.Errorf("%s is taken out of service only after %s of refusals, want at most %s", c.Name, got, maxReadinessRefusal)
		}
		if got := silence(c.LivenessProbe); got < minLivenessSilence {
			t.Errorf("%s is restarted after %s without an answer, want at least %s", c.Name, got, minLivenessSilence)
		}
	}
}

// silence is how long a container may say nothing before the probe has failed.
func silence(p *corev1.Probe) time.Duration {
	return toSeconds32(max(p.TimeoutSeconds, p.PeriodSeconds) * p.FailureThreshold)
}

func toSeconds32(n int32) time.Duration { return time.Duration(n) * time.Second }

func traefikContainers(t *testing.T) []corev1.Container {
	t.Helper()
	text, err := ingress.Files.ReadFile("40-deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict(text, &d); err != nil {
		t.Fatal(err)
	}
	return d.Spec.Template.Spec.Containers
}
