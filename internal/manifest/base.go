package manifest

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
)

// Namespace is the namespace of the app. It is to be made only where it does
// not exist: one that somebody else made has labels of its own.
func Namespace(a App) *kube.Object {
	o := load[corev1.Namespace]("namespace.yaml")
	a.named(&o.ObjectMeta, a.namespace())
	o.Namespace = ""
	return plain(&o)
}

// Base is what belongs to the app as a whole and outlives every release:
// service account, network policy, a Service for each color and one that never
// leads anywhere, and the anchor that owns what shall outlive even the app.
func Base(a App) []*kube.Object {
	list := []*kube.Object{serviceAccount(a), networkPolicy(a), Anchor(a)}
	for _, c := range append(color.Both(), color.None) {
		list = append(list, service(a, c))
	}
	return list
}

func serviceAccount(a App) *kube.Object {
	o := load[corev1.ServiceAccount]("service-account.yaml")
	a.named(&o.ObjectMeta, a.name())
	return plain(&o)
}

func networkPolicy(a App) *kube.Object {
	o := load[networkingv1.NetworkPolicy]("network-policy.yaml")
	a.named(&o.ObjectMeta, a.name())
	o.Spec.PodSelector.MatchLabels[NameLabel] = a.name()
	from := o.Spec.Ingress[0].From[0].NamespaceSelector.MatchExpressions
	if from[0].Values = a.Proxies; len(a.Proxies) == 0 {
		namespace, _ := Gateway(a.config())
		from[0].Values = []string{namespace}
	}
	return plain(&o)
}

// LetIn are the namespaces from which a network policy lets requests in.
func LetIn(policy *kube.Object) (list []string, err error) {
	p, err := kube.As[networkingv1.NetworkPolicy](policy)
	if err != nil {
		return nil, err
	}
	for _, rule := range p.Spec.Ingress {
		for _, from := range rule.From {
			if from.NamespaceSelector == nil {
				continue
			}
			for _, e := range from.NamespaceSelector.MatchExpressions {
				if e.Key == corev1.LabelMetadataName && e.Operator == metav1.LabelSelectorOpIn {
					list = append(list, e.Values...)
				}
			}
		}
	}
	return list, nil
}

// Anchor is the object that owns journals, reports and backups. It is the
// only one of Base that stays when the app is removed.
func Anchor(a App) *kube.Object {
	o := load[corev1.ConfigMap]("anchor.yaml")
	a.named(&o.ObjectMeta, a.name())
	o.Data["app"] = a.name()
	return plain(&o)
}

func service(a App, c color.Color) *kube.Object {
	o := load[corev1.Service]("service.yaml")
	a.named(&o.ObjectMeta, Side(a.name(), c))
	of := cmp.Or(string(c), nobody)
	o.Labels[ColorLabel] = of
	o.Spec.Selector[NameLabel], o.Spec.Selector[ColorLabel] = a.name(), of
	return plain(&o)
}
