package addons

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/traefik"
)

const (
	bundleAnnotation  = "gateway.networking.k8s.io/bundle-version" // of the definitions
	traefikController = "traefik.io/gateway-controller"
	ownNamespace      = "traefik"
)

// inventory is what a cluster has before anything is changed.
type inventory struct {
	definitions []*kube.Object    // of the Gateway API, all that we need
	bundles     map[string]string // versions of those that exist
	classes     []string          // GatewayClasses that Traefik serves
	traefik     []installation
	k3s         bool
}

// installation is one Traefik in the cluster.
type installation struct {
	traefik.Settings
	kind, namespace, name string
	own                   bool // installed by us
	local                 bool // its image was made on the cluster's machine
	chart                 bool // installed by the chart of K3s
}

func (t installation) String() string {
	return strings.TrimSpace(fmt.Sprintf("Traefik %s", t.Version)) + fmt.Sprintf(" (%s %s/%s)", t.kind, t.namespace, t.name)
}

// takeInventory reads what the cluster has and changes nothing.
func takeInventory(ctx context.Context, c kube.Cluster) (inventory, error) {
	inv := inventory{definitions: gatewayDefinitions(), bundles: map[string]string{}}
	for _, crd := range inv.definitions {
		o, err := c.GetObject(ctx, kube.Ref{Kind: "CustomResourceDefinition", Name: crd.GetName()})
		if kube.IsNotFound(err) {
			continue
		}
		if err != nil {
			return inv, fmt.Errorf("look for the Gateway API: %w", err)
		}
		inv.bundles[crd.GetName()] = cmp.Or(o.GetAnnotations()[bundleAnnotation], "v0.0.0")
	}
	if len(inv.bundles) > 0 {
		if err := inv.findClasses(ctx, c); err != nil {
			return inv, fmt.Errorf("look for gateway classes: %w", err)
		}
	}
	if err := inv.findTraefik(ctx, c); err != nil {
		return inv, fmt.Errorf("look for Traefik: %w", err)
	}
	version, err := c.ServerVersion(ctx)
	inv.k3s = strings.Contains(version, "+k3s")
	return inv, err
}

func (inv *inventory) findClasses(ctx context.Context, c kube.Cluster) error {
	list, err := c.ListObjects(ctx, kube.Ref{Kind: "GatewayClass"}, "")
	if kube.IsNoKind(err) {
		return nil
	}
	for i := range list {
		if textField(&list[i], "spec", "controllerName") == traefikController {
			inv.classes = append(inv.classes, list[i].GetName())
		}
	}
	return err
}

func (inv *inventory) findTraefik(ctx context.Context, c kube.Cluster) error {
	for _, kind := range []string{"Deployment", "DaemonSet"} {
		list, err := c.ListObjects(ctx, kube.Ref{Kind: kind, Namespace: kube.AllNamespaces}, nameLabel+"=traefik")
		if err != nil {
			return err
		}
		for i := range list {
			t, err := describeTraefik(&list[i], kind)
			if err != nil {
				return err
			}
			inv.traefik = append(inv.traefik, t)
		}
	}
	return nil
}

// workload is what Deployments and DaemonSets have in common.
type workload struct {
	Spec struct {
		Template corev1.PodTemplateSpec `json:"template"`
	} `json:"spec"`
}

// describeTraefik reads an installation from its Deployment or DaemonSet.
func describeTraefik(o *kube.Object, kind string) (installation, error) {
	w, err := kube.ConvertObject[workload](o)
	if err != nil {
		return installation{}, err
	}
	pod := w.Spec.Template.Spec
	return installation{
		Settings: traefik.SettingsOf(pod),
		kind:     kind, namespace: o.GetNamespace(), name: o.GetName(),
		own:   o.GetNamespace() == ownNamespace && isManagedByUs(o),
		local: slices.ContainsFunc(pod.Containers, func(c corev1.Container) bool { return strings.HasPrefix(c.Image, localRegistry) }),
		chart: o.GetNamespace() == "kube-system" && o.GetLabels()["helm.sh/chart"] != "",
	}, nil
}
