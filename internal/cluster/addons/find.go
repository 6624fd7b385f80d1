package addons

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kube"
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
	traefik []traefik
	k3s     bool
}

// traefik is one installation.
type traefik struct {
	kind, namespace, name string
	version               string // "v3.6.12", "" if its image does not say
	gateway               bool   // serves the Gateway API
	throttle              time.Duration
	port                  int64 // of the entry point web
	own                   bool  // installed by us
	local                 bool  // with an image that was made on the cluster's machine
	chart                 bool  // by the chart that K3s brings
}

func (t traefik) String() string {
	return strings.TrimSpace(fmt.Sprintf("Traefik %s", t.version)) + fmt.Sprintf(" (%s %s/%s)", t.kind, t.namespace, t.name)
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
			f.traefik = append(f.traefik, describe(&list[i], kind))
		}
	}
	return nil
}

// describe reads an installation's facts off its command line. Traefik's
// options are case-insensitive and may be given with one dash or two.
func describe(o *kube.Object, kind string) traefik {
	t := traefik{
		kind: kind, namespace: o.GetNamespace(), name: o.GetName(),
		throttle: 2 * time.Second, // Traefik's defaults
		own:      o.GetNamespace() == ownSpace && o.GetLabels()["app.kubernetes.io/managed-by"] == kube.Manager,
		chart:    o.GetNamespace() == "kube-system" && o.GetLabels()["helm.sh/chart"] != "",
	}
	eachContainer(o, func(c map[string]any) {
		image, _ := c["image"].(string)
		t.local = t.local || strings.HasPrefix(image, registry)
		if at := strings.LastIndex(image, ":"); at > 0 && semver.IsValid("v"+strings.TrimPrefix(image[at+1:], "v")) {
			t.version = "v" + strings.TrimPrefix(image[at+1:], "v")
		}
		args, _, _ := unstructured.NestedStringSlice(c, "args")
		command, _, _ := unstructured.NestedStringSlice(c, "command")
		for _, arg := range slices.Concat(command, args) {
			t.option(arg)
		}
	})
	return t
}

func (t *traefik) option(arg string) {
	name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	switch strings.ToLower(name) {
	case "providers.kubernetesgateway":
		t.gateway = !given || value == "true"
	case "providers.providersthrottleduration":
		if d, err := time.ParseDuration(value); err == nil {
			t.throttle = d
		} else if n, err := strconv.Atoi(value); err == nil {
			t.throttle = time.Duration(n) * time.Second
		}
	case "entrypoints.web.address":
		address, _, _ := strings.Cut(value, "/")
		if at := strings.LastIndex(address, ":"); at >= 0 {
			t.port, _ = strconv.ParseInt(address[at+1:], 10, 64)
		}
	}
}
