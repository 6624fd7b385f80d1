package addons

import (
	"context"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// k3sValues tells the chart by which K3s installs Traefik what to do
// otherwise. The class and the Gateway are ours, so it makes none.
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

// enable lets the Traefik of K3s serve the Gateway API. K3s installs it from
// a chart and takes changes from one object of a fixed name; if somebody has
// written one, it is theirs.
func (i *installer) enable(ctx context.Context, t installation) error {
	ref := kube.Ref{Kind: "HelmChartConfig", Namespace: t.namespace, Name: "traefik"}
	config, err := i.cluster.Get(ctx, ref)
	switch {
	case err == nil && text(config, "spec", "valuesContent") != k3sValues:
		return problem.New(problem.Failed, i.cluster.Kubectl(ref.Namespace, "edit helmchartconfig traefik"),
			"the Traefik of K3s does not serve the Gateway API, and its HelmChartConfig is yours; add these values").With(strings.Split(strings.TrimSpace(k3sValues), "\n")...)
	case err != nil && !kube.IsNotFound(err):
		return err
	}
	i.progress("let the Traefik of K3s serve the Gateway API")
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "helm.cattle.io/v1",
		"kind":       ref.Kind,
		"metadata":   map[string]any{"namespace": ref.Namespace, "name": ref.Name},
		"spec":       map[string]any{"valuesContent": k3sValues},
	}}
	if err := apply(ctx, i.cluster, []*kube.Object{o}); err != nil {
		return err
	}
	i.did("told %s to serve the Gateway API, by the HelmChartConfig %s/%s", t, ref.Namespace, ref.Name)
	changed, err := i.await(ctx, t)
	if err != nil {
		return err
	}
	return i.use(ctx, changed)
}

// await waits until K3s has installed its Traefik again.
func (i *installer) await(ctx context.Context, t installation) (installation, error) {
	ref := kube.Ref{Kind: t.kind, Namespace: t.namespace, Name: t.name}
	err := until(ctx, func() (string, error) {
		o, err := i.cluster.Get(ctx, ref)
		if err != nil {
			return "", err
		}
		changed, err := describe(o, ref.Kind)
		if err != nil {
			return "", err
		}
		if t = changed; !t.Gateway {
			return "K3s has not changed it yet", nil
		}
		if t.kind == "Deployment" {
			return rolledOut(o), nil
		}
		return "", nil
	})
	if err != nil {
		return t, problem.Wrap(err, problem.Failed, i.cluster.Kubectl(t.namespace, "get jobs,pods"), "%s did not begin to serve the Gateway API", t)
	}
	return t, nil
}
