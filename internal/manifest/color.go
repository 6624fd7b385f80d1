package manifest

import (
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"version-manager/internal/kube"
)

// ColorObjects is what makes one color run the release: its Secret if there are
// values for it, its Deployment and its disruption budget. It fails if a
// quantity in the configuration is invalid.
func ColorObjects(a App) ([]*kube.Object, error) {
	d, err := newDeployment(a)
	if err != nil {
		return nil, err
	}
	list := []*kube.Object{d, newDisruptionBudget(a)}
	if a.Secrets != nil {
		list = append([]*kube.Object{newSecret(a)}, list...)
	}
	return list, nil
}

func newSecret(a App) *kube.Object {
	o := loadFile[corev1.Secret]("secret.yaml")
	a.setName(&o.ObjectMeta, SecretName(a.appName(), a.Color))
	o.Labels[ColorLabel] = string(a.Color)
	o.Data = map[string][]byte{}
	for name, value := range a.Secrets {
		o.Data[name] = []byte(value)
	}
	return toObject(&o)
}

// NewIngressSecret is the Secret by which the sidecars recognize the probe, and
// with preview the people who may see the preview. name is its name or that of
// its copy.
func NewIngressSecret(a App, name, probe, preview string) *kube.Object {
	o := loadFile[corev1.Secret]("ingress-secret.yaml")
	a.setName(&o.ObjectMeta, name)
	o.Data = map[string][]byte{ProbeKey: []byte(probe)}
	if preview != "" {
		o.Data[PreviewKey] = []byte(preview)
	}
	return toObject(&o)
}

func newDisruptionBudget(a App) *kube.Object {
	o := loadFile[policyv1.PodDisruptionBudget]("disruption-budget.yaml")
	a.setName(&o.ObjectMeta, ColorName(a.appName(), a.Color))
	o.Labels[ColorLabel] = string(a.Color)
	a.setSelector(o.Spec.Selector)
	return toObject(&o)
}
