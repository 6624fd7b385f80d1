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
	bundle     = "gateway.networking.k8s.io/bundle-version" // annotation of the definitions
	controller = "traefik.io/gateway-controller"
	ownSpace   = "traefik"
)

// found is what a cluster has before anything is done.
type found struct {
	needed  []*kube.Object    // the definitions of the Gateway API
	bundles map[string]string // their versions, of those that are there
	classes []string          // GatewayClasses that Traefik serves
	traefik []installation
	k3s     bool
}

// installation is one Traefik.
type installation struct {
	traefik.Settings
	kind, namespace, name string
	own                   bool // installed by us
	local                 bool // with an image that was made on the cluster's machine
	chart                 bool // by the chart that K3s brings
}

func (t installation) String() string {
	return strings.TrimSpace(fmt.Sprintf("Traefik %s", t.Version)) + fmt.Sprintf(" (%s %s/%s)", t.kind, t.namespace, t.name)
}

// look reads what is there and changes nothing.
func look(ctx context.Context, c kube.Cluster) (found, error) {
	f := found{needed: crds(), bundles: map[string]string{}}
	for _, crd := range f.needed {
		o, err := c.Get(ctx, kube.Ref{Kind: "CustomResourceDefinition", Name: crd.GetName()})
		if kube.IsNotFound(err) {
			continue
		}
		if err != nil {
			return f, fmt.Errorf("look for the Gateway API: %w", err)
		}
		f.bundles[crd.GetName()] = cmp.Or(o.GetAnnotations()[bundle], "v0.0.0")
	}
	if len(f.bundles) > 0 {
		if err := f.findClasses(ctx, c); err != nil {
			return f, fmt.Errorf("look for Gateway classes: %w", err)
		}
	}
	if err := f.findTraefik(ctx, c); err != nil {
		return f, fmt.Errorf("look for Traefik: %w", err)
	}
	version, err := c.Version(ctx)
	f.k3s = strings.Contains(version, "+k3s")
	return f, err
}

func (f *found) findClasses(ctx context.Context, c kube.Cluster) error {
	list, err := c.List(ctx, kube.Ref{Kind: "GatewayClass"}, "")
	if kube.IsNoKind(err) {
		return nil
	}
	for i := range list {
		if text(&list[i], "spec", "controllerName") == controller {
			f.classes = append(f.classes, list[i].GetName())
		}
	}
	return err
}

func (f *found) findTraefik(ctx context.Context, c kube.Cluster) error {
	for _, kind := range []string{"Deployment", "DaemonSet"} {
		list, err := c.List(ctx, kube.Ref{Kind: kind, Namespace: kube.AllNamespaces}, nameLabel+"=traefik")
		if err != nil {
			return err
		}
		for i := range list {
			t, err := describe(&list[i], kind)
			if err != nil {
				return err
			}
			f.traefik = append(f.traefik, t)
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

// describe reads an installation's facts off its object.
func describe(o *kube.Object, kind string) (installation, error) {
	w, err := kube.As[workload](o)
	if err != nil {
		return installation{}, err
	}
	pod := w.Spec.Template.Spec
	return installation{
		Settings: traefik.SettingsOf(pod),
		kind:     kind, namespace: o.GetNamespace(), name: o.GetName(),
		own:   o.GetNamespace() == ownSpace && isOurs(o),
		local: slices.ContainsFunc(pod.Containers, func(c corev1.Container) bool { return strings.HasPrefix(c.Image, registry) }),
		chart: o.GetNamespace() == "kube-system" && o.GetLabels()["helm.sh/chart"] != "",
	}, nil
}
