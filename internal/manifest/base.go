package manifest

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/kube"
)

// NewNamespace is the namespace of the app. Create it only if it does not
// exist: one that somebody else created has its own labels.
func NewNamespace(a App) *kube.Object {
	o := loadFile[corev1.Namespace]("namespace.yaml")
	a.setName(&o.ObjectMeta, a.appNamespace())
	o.Namespace = ""
	return toObject(&o)
}

// BaseObjects is what belongs to the app as a whole and outlives every release:
// service account, network policy, a Service for each color and one
// without pods, and the anchor that owns what must outlive even the app.
func BaseObjects(a App) []*kube.Object {
	list := []*kube.Object{newServiceAccount(a), newNetworkPolicy(a), NewAnchor(a)}
	for _, c := range append(color.Both(), color.None) {
		list = append(list, newService(a, c))
	}
	return list
}

func newServiceAccount(a App) *kube.Object {
	o := loadFile[corev1.ServiceAccount]("service-account.yaml")
	a.setName(&o.ObjectMeta, a.appName())
	return toObject(&o)
}

func newNetworkPolicy(a App) *kube.Object {
	o := loadFile[networkingv1.NetworkPolicy]("network-policy.yaml")
	a.setName(&o.ObjectMeta, a.appName())
	o.Spec.PodSelector.MatchLabels[NameLabel] = a.appName()
	from := o.Spec.Ingress[0].From[0].NamespaceSelector.MatchExpressions
	if from[0].Values = a.Proxies; len(a.Proxies) == 0 {
		namespace, _ := GatewayOf(a.appConfig())
		from[0].Values = []string{namespace}
	}
	return toObject(&o)
}

// AdmittedNamespaces are the namespaces from which a network policy lets requests in.
func AdmittedNamespaces(policy *kube.Object) (list []string, err error) {
	p, err := kube.ConvertObject[networkingv1.NetworkPolicy](policy)
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

// NewAnchor is the object that owns journals, reports and backups. It is the
// only one of BaseObjects that stays when the app is removed.
func NewAnchor(a App) *kube.Object {
	o := loadFile[corev1.ConfigMap]("anchor.yaml")
	a.setName(&o.ObjectMeta, a.appName())
	o.Data["app"] = a.appName()
	return toObject(&o)
}

func newService(a App, c color.Color) *kube.Object {
	o := loadFile[corev1.Service]("service.yaml")
	a.setName(&o.ObjectMeta, ColorName(a.appName(), c))
	of := cmp.Or(string(c), noColor)
	o.Labels[ColorLabel] = of
	o.Spec.Selector[NameLabel], o.Spec.Selector[ColorLabel] = a.appName(), of
	return toObject(&o)
}
