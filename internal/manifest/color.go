package manifest

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"version-manager/internal/kube"
)

// Color is what makes one color run the release: its Secret if there are
// values for it, its Deployment and its disruption budget. The error is about
// a quantity that the configuration has wrong.
func Color(a App) ([]*kube.Object, error) {
	d, err := deployment(a)
	if err != nil {
		return nil, err
	}
	list := []*kube.Object{d, disruptionBudget(a)}
	if a.Secrets != nil {
		list = append([]*kube.Object{secret(a)}, list...)
	}
	return list, nil
}

func secret(a App) *kube.Object {
	o := load[corev1.Secret]("secret.yaml")
	a.named(&o.ObjectMeta, SecretName(a.name(), a.Color))
	o.Labels[ColorLabel] = string(a.Color)
	o.Data = map[string][]byte{}
	for name, value := range a.Secrets {
		o.Data[name] = []byte(value)
	}
	return plain(&o)
}

// IngressSecret is what the sidecars know the probe by, and with preview the
// people who may see the preview, or its copy, under the given name.
func IngressSecret(a App, name, probe, preview string) *kube.Object {
	o := load[corev1.Secret]("ingress-secret.yaml")
	a.named(&o.ObjectMeta, name)
	o.Data = map[string][]byte{ProbeKey: []byte(probe)}
	if preview != "" {
		o.Data[PreviewKey] = []byte(preview)
	}
	return plain(&o)
}

func disruptionBudget(a App) *kube.Object {
	o := load[policyv1.PodDisruptionBudget]("disruption-budget.yaml")
	a.named(&o.ObjectMeta, Side(a.name(), a.Color))
	o.Labels[ColorLabel] = string(a.Color)
	a.selects(o.Spec.Selector)
	return plain(&o)
}
