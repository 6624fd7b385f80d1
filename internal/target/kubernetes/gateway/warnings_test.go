package gateway

import (
	"strings"
	"testing"
	"time"

	"version-manager/internal/target/kubernetes/clustertest"

	corev1 "k8s.io/api/core/v1"
)

func traefikPod(image string, args ...string) corev1.Pod {
	return corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: image, Args: args}}}}
}

func service(kind corev1.ServiceType, policy corev1.ServiceExternalTrafficPolicy) corev1.Service {
	return corev1.Service{Spec: corev1.ServiceSpec{Type: kind, ExternalTrafficPolicy: policy}}
}

func TestGatewayWarnings(t *testing.T) {
	pod := func(image string, args ...string) corev1.Pod {
		return traefikPod(image, append(args, "--providers.kubernetesgateway")...)
	}
	quick := pod("traefik:v3.6.12", "--providers.providersthrottleduration=100ms")
	for name, tt := range map[string]struct {
		g    State
		says []string // one for each warning
	}{
		"nothing to say": {State{Proxies: []corev1.Pod{quick, quick}}, nil},
		"one pod":        {State{Proxies: []corev1.Pod{quick}}, []string{"only one Traefik pod"}},
		"throttled":      {State{Proxies: []corev1.Pod{quick, pod("traefik:v3.5.4")}}, []string{"Traefik v3.5.4: reload throttle 2s (providersThrottleDuration): a switch takes up to 2s longer"}},
		"old":            {State{Proxies: []corev1.Pod{pod("traefik:v2.11.2", "--providers.providersthrottleduration=0")}}, []string{"will ignore the route", "only one Traefik pod"}},
		"another":        {State{Controller: "example.org/x"}, []string{"example.org/x, whose proxies cannot be asked"}},
		"refused":        {State{Refused: "no address", Proxies: []corev1.Pod{quick, quick}}, []string{"no address"}},
		"hides clients":  {State{Proxies: []corev1.Pod{quick, quick}, Services: []corev1.Service{service("LoadBalancer", "Cluster")}}, []string{"externalTrafficPolicy Cluster"}},
		"by default":     {State{Proxies: []corev1.Pod{quick, quick}, Services: []corev1.Service{service("NodePort", "")}}, []string{"externalTrafficPolicy Cluster"}},
		"keeps clients":  {State{Proxies: []corev1.Pod{quick, quick}, Services: []corev1.Service{service("NodePort", "Local"), service("ClusterIP", "")}}, nil},
	} {
		got := tt.g.describeRisks()
		if len(got) != len(tt.says) {
			t.Errorf("%s: %q", name, got)
			continue
		}
		for i, want := range tt.says {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q does not say %q", name, got[i], want)
			}
		}
	}
}

// K3s has a Traefik of its own beside ours, which will never follow.
func TestOnlyProxiesOfTheGatewayCount(t *testing.T) {
	w := clustertest.NewWorld(t)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "k3s", "namespace": "kube-system", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"containers": [{"name": "traefik", "image": "traefik:v3.3", "args": ["--providers.kubernetesingress"]}]},
		"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "starting", "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"containers": [{"name": "traefik", "image": "traefik:v3.6", "args": ["--providers.kubernetesgateway"]}]},
		"status": {"conditions": [{"type": "Ready", "status": "False"}]}}`)
	g, err := NewReader(w.OpenApp()).ReadState(t.Context(), 0)
	w.Must(err)
	if len(g.Proxies) != 1 || g.Proxies[0].Name != "traefik-1" || g.Port != 8000 || g.ReloadThrottle() != 100*time.Millisecond {
		t.Errorf("%d proxies, port %d, throttle %v", len(g.Proxies), g.Port, g.ReloadThrottle())
	}
}
