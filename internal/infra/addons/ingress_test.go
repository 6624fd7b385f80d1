package addons

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

// foreignTraefik returns a Traefik that someone else installed.
func foreignTraefik(namespace, image string, labels map[string]any, args ...any) *kube.Object {
	all := map[string]any{"app.kubernetes.io/name": "traefik"}
	for k, v := range labels {
		all[k] = v
	}
	return &kube.Object{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"namespace": namespace, "name": "traefik", "labels": all},
		"spec": map[string]any{"replicas": int64(1), "template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"name": "traefik", "image": image, "args": args}}}}},
	}}
}

func TestIngressOnBareCluster(t *testing.T) {
	s := &apiServer{version: "v1.34.4"}
	c := startServer(t, s)
	report, err := InstallIngress(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Did) != 2 || len(report.Warnings) != 0 {
		t.Errorf("report: %+v", report)
	}
	for _, want := range []string{"CustomResourceDefinition httproutes.gateway.networking.k8s.io", "Deployment traefik", "Gateway version-manager"} {
		if !slices.Contains(s.applied, want) {
			t.Errorf("%s was not applied", want)
		}
	}
	first, last := slices.Index(s.applied, "GatewayClass traefik"), slices.Index(s.applied, "CustomResourceDefinition referencegrants.gateway.networking.k8s.io")
	if first < 0 || last < 0 || first < last {
		t.Error("the GatewayClass was not applied after the definitions")
	}

	again, err := InstallIngress(t.Context(), c, Options{})
	if err != nil || len(again.Did) != 0 || len(again.Warnings) != 0 {
		t.Errorf("second time: %+v, %v", again, err)
	}
}

func TestIngressUsesExistingTraefik(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := startServer(t, s, foreignTraefik("edge", "docker.io/traefik:v3.4.1", nil, "--providers.kubernetesgateway", "--entryPoints.web.address=:9080/tcp"))
	report, err := InstallIngress(t.Context(), c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(s.applied, "Deployment traefik") || slices.Contains(s.applied, "Service traefik") {
		t.Errorf("a second Traefik was installed: %v", s.applied)
	}
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "at most every 2s") {
		t.Errorf("warnings: %q", report.Warnings)
	}
	gateway, err := c.GetObject(t.Context(), kube.Ref{Kind: "Gateway", Namespace: "traefik", Name: "version-manager"})
	if err != nil {
		t.Fatal(err)
	}
	listeners := gateway.Object["spec"].(map[string]any)["listeners"].([]any)
	if port := listeners[0].(map[string]any)["port"]; port != int64(9080) {
		t.Errorf("the Gateway listens on %v, Traefik's entry point is 9080", port)
	}
}

func TestIngressBesideUnsuitableTraefik(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := startServer(t, s, foreignTraefik("edge", "traefik:v2.11.0", nil, "--providers.kubernetescrd"))
	report, err := InstallIngress(t.Context(), c, Options{})
	if err != nil || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "was not changed") {
		t.Errorf("%+v, %v", report, err)
	}
	if !slices.Contains(s.applied, "Deployment traefik") {
		t.Error("our own was not installed")
	}
}

func TestIngressKeepsOldDefinitions(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	old := gatewayDefinitions()[0]
	old.SetAnnotations(map[string]string{bundleAnnotation: "v1.2.1"})
	c := startServer(t, s, old)
	_, err := InstallIngress(t.Context(), c, Options{})
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || len(p.Lines) != 1 || !strings.Contains(p.Lines[0], "v1.2.1") {
		t.Fatalf("got %v", err)
	}
	if len(s.applied) != 0 {
		t.Errorf("objects were changed: %v", s.applied)
	}
}

func k3sTraefik(args ...any) *kube.Object {
	return foreignTraefik("kube-system", "rancher/mirrored-library-traefik:3.5.1", map[string]any{"helm.sh/chart": "traefik-37.1.1"}, args...)
}

func TestIngressOnK3s(t *testing.T) {
	s := &apiServer{version: "v1.34.1+k3s1"}
	c := startServer(t, s, k3sTraefik("--entryPoints.web.address=:8000/tcp"))
	// K3s changes its Traefik as soon as the HelmChartConfig exists.
	go func() {
		for t.Context().Err() == nil {
			if _, err := c.GetObject(t.Context(), kube.Ref{Kind: "HelmChartConfig", Namespace: "kube-system", Name: "traefik"}); err == nil {
				_, _ = c.ApplyObject(t.Context(), k3sTraefik("--entryPoints.web.address=:8000/tcp", "--providers.kubernetesgateway", "--providers.providersThrottleDuration=100ms"))
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	report, err := InstallIngress(t.Context(), c, Options{})
	if err != nil || len(report.Warnings) != 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	if slices.Contains(s.applied, "Service traefik") {
		t.Error("a second Traefik was installed")
	}
}

func TestIngressKeepsExistingK3sConfiguration(t *testing.T) {
	s := &apiServer{version: "v1.34.1+k3s1"}
	c := startServer(t, s, k3sTraefik(), &kube.Object{Object: map[string]any{
		"apiVersion": "helm.cattle.io/v1", "kind": "HelmChartConfig",
		"metadata": map[string]any{"namespace": "kube-system", "name": "traefik"},
		"spec":     map[string]any{"valuesContent": "logs: {}\n"},
	}})
	_, err := InstallIngress(t.Context(), c, Options{})
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !slices.Contains(p.Lines, "  kubernetesGateway:") {
		t.Fatalf("got %v", err)
	}
	if slices.Contains(s.applied, "HelmChartConfig traefik") {
		t.Error("the HelmChartConfig was overwritten")
	}
}

func TestBaseThatDoesNotBecomeReady(t *testing.T) {
	s := &apiServer{version: "v1.34.4", broken: true}
	c := startServer(t, s, &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"namespace": "kube-system", "name": "coredns-1", "labels": map[string]any{"app.kubernetes.io/name": "coredns"}},
		"status": map[string]any{"containerStatuses": []any{map[string]any{"name": "coredns", "state": map[string]any{
			"waiting": map[string]any{"reason": "ErrImageNeverPull"}}}}},
	}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := InstallBase(ctx, c, Options{Progress: progress.NewReporter(func(e progress.Event) {
		if e.Detail == "waiting for Deployment coredns" {
			time.AfterFunc(2*pollInterval, cancel)
		}
	}, time.Now)})
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || len(p.Lines) != 1 || !strings.Contains(p.Lines[0], "pod coredns-1: coredns: ErrImageNeverPull") {
		t.Fatalf("got %v", err)
	}
}

func TestBaseUsesLocalImages(t *testing.T) {
	s := &apiServer{version: "v1.34.4"}
	c := startServer(t, s)
	if err := InstallBase(t.Context(), c, Options{Addresses: []string{"10.0.0.1", "10.0.0.2"}}); err != nil {
		t.Fatal(err)
	}
	d, err := c.GetObject(t.Context(), kube.Ref{Kind: "Deployment", Namespace: "traefik", Name: "traefik"})
	if err != nil {
		t.Fatal(err)
	}
	eachContainer(d, func(c map[string]any) {
		if c["image"] != "version-manager.local/traefik:v3.6.12" || c["imagePullPolicy"] != "Never" {
			t.Errorf("%s, %s", c["image"], c["imagePullPolicy"])
		}
	})
	if report, err := InstallIngress(t.Context(), c, Options{}); err != nil || len(report.Did) != 0 {
		t.Errorf("install-ingress in such a cluster: %+v, %v", report, err)
	}
	service, err := c.GetObject(t.Context(), kube.Ref{Kind: "Service", Namespace: "traefik", Name: "traefik"})
	if err != nil {
		t.Fatal(err)
	}
	spec := service.Object["spec"].(map[string]any)
	if spec["type"] != "NodePort" || len(spec["externalIPs"].([]any)) != 2 {
		t.Errorf("service: %v", spec)
	}
}
