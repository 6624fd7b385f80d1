package addons

import (
	"context"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// k3sValues are values of the chart by which K3s installs Traefik. The chart
// makes no class and no Gateway, because they are ours.
const k3sValues = `providers:
  kubernetesGateway:
    enabled: true
gatewayClass:
  enabled: false
gateway:
  enabled: false
ports:
  web:
    nodePort: 30001
additionalArguments:
- --providers.providersThrottleDuration=100ms
`

// enableK3s lets the Traefik of K3s serve the Gateway API. K3s installs it from a
// chart and reads changes from one object with a fixed name. If that object
// exists with other values, it belongs to someone else and is not changed.
func (i *installer) enableK3s(ctx context.Context, t installation) error {
	ref := kube.Ref{Kind: "HelmChartConfig", Namespace: t.namespace, Name: "traefik"}
	config, err := i.cluster.GetObject(ctx, ref)
	switch {
	case err == nil && textField(config, "spec", "valuesContent") != k3sValues:
		return problem.New(problem.Failed, i.cluster.KubectlCommand(ref.Namespace, "edit helmchartconfig traefik"),
			"the Traefik of K3s does not serve the Gateway API, and its HelmChartConfig already exists; add these values to it").With(strings.Split(strings.TrimSpace(k3sValues), "\n")...)
	case err != nil && !kube.IsNotFound(err):
		return err
	}
	i.progress.ReportDetail("enabling the Gateway API in the Traefik of K3s")
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "helm.cattle.io/v1",
		"kind":       ref.Kind,
		"metadata":   map[string]any{"namespace": ref.Namespace, "name": ref.Name},
		"spec":       map[string]any{"valuesContent": k3sValues},
	}}
	if err := applyObjects(ctx, i.cluster, []*kube.Object{o}); err != nil {
		return err
	}
	i.recordAction("enabled the Gateway API in %s, by the HelmChartConfig %s/%s", t, ref.Namespace, ref.Name)
	changed, err := i.waitForK3s(ctx, t)
	if err != nil {
		return err
	}
	return i.useExisting(ctx, changed)
}

// waitForK3s waits until K3s has installed its Traefik again.
func (i *installer) waitForK3s(ctx context.Context, t installation) (installation, error) {
	ref := kube.Ref{Kind: t.kind, Namespace: t.namespace, Name: t.name}
	err := waitUntilDone(ctx, func() (string, error) {
		o, err := i.cluster.GetObject(ctx, ref)
		if err != nil {
			return "", err
		}
		changed, err := describeTraefik(o, ref.Kind)
		if err != nil {
			return "", err
		}
		if t = changed; !t.Gateway {
			return "K3s has not changed it yet", nil
		}
		if t.kind == "Deployment" {
			return rolloutReason(o), nil
		}
		return "", nil
	})
	if err != nil {
		return t, problem.Wrap(err, problem.Failed, i.cluster.KubectlCommand(t.namespace, "get jobs,pods"), "%s does not serve the Gateway API yet", t)
	}
	return t, nil
}
