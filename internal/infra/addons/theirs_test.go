package addons

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// thing is an object of which only the name and the labels matter.
func thing(apiVersion, kind, namespace, name string, labels map[string]any) *kube.Object {
	meta := map[string]any{"name": name, "labels": labels}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	return &kube.Object{Object: map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": meta}}
}

func helm() map[string]any {
	return map[string]any{"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "traefik-37.1.1"}
}

func named(o *kube.Object, name string) *kube.Object {
	o.SetName(name)
	return o
}

func without(o *kube.Object, label string) *kube.Object {
	labels := o.GetLabels()
	delete(labels, label)
	o.SetLabels(labels)
	return o
}

// TestIngressTakesNothingOver: Helm's documentation puts Traefik where ours
// goes.
func TestIngressTakesNothingOver(t *testing.T) {
	space := thing("v1", "Namespace", "", "traefik", nil)
	theirs := func() *kube.Object {
		return somebodys("traefik", "traefik:v3.5.1", helm(), "--providers.kubernetesingress")
	}
	service := thing("v1", "Service", "traefik", "traefik", helm())
	for _, tt := range []struct {
		name  string
		there []*kube.Object
		want  []string
	}{
		{"by the names of its chart", []*kube.Object{space, theirs(), service}, []string{"Deployment traefik", "Service traefik"}},
		{"under another name", []*kube.Object{space, named(theirs(), "edge-traefik")}, []string{"Deployment edge-traefik"}},
		{"written by hand", []*kube.Object{space, without(theirs(), nameLabel)}, []string{"Deployment traefik"}},
		{"half removed", []*kube.Object{space, service}, []string{"Service traefik"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &apiServer{version: "v1.33.0"}
			_, err := InstallIngress(t.Context(), serve(t, s, tt.there...), Options{}, quiet)
			p, ok := errors.AsType[*problem.Problem](err)
			if !ok || !slices.Equal(p.Lines, tt.want) || !strings.Contains(p.Hint, "providers.kubernetesGateway.enabled: true") {
				t.Errorf("got %v, want the lines %q", err, tt.want)
			}
			if len(s.applied) != 0 {
				t.Errorf("something was changed: %v", s.applied)
			}
		})
	}
}

// TestIngressUsesTheTraefikInOurNamespace, and leaves the namespace to it: a
// rule for pods might keep its next one from starting.
func TestIngressUsesTheTraefikInOurNamespace(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := serve(t, s, thing("v1", "Namespace", "", "traefik", nil),
		somebodys("traefik", "traefik:v3.5.1", helm(), "--providers.kubernetesgateway", "--entryPoints.web.address=:8000/tcp"))
	report, err := InstallIngress(t.Context(), c, Options{}, quiet)
	if err != nil || !slices.Contains(report.Did, "made the Gateway traefik/version-manager for Traefik v3.5.1 (Deployment traefik/traefik)") {
		t.Errorf("%+v, %v", report, err)
	}
	for _, o := range s.applied {
		if kind, _, _ := strings.Cut(o, " "); !slices.Contains([]string{"CustomResourceDefinition", "GatewayClass", "Gateway"}, kind) {
			t.Errorf("%s was applied", o)
		}
	}
}

// TestIngressMakesTheNamespace only where it is missing, for ours as for a
// Traefik elsewhere.
func TestIngressMakesTheNamespace(t *testing.T) {
	elsewhere := somebodys("edge", "traefik:v3.5.1", nil, "--providers.kubernetesgateway")
	space := thing("v1", "Namespace", "", "traefik", map[string]any{"team": "edge"})
	for _, tt := range []struct {
		name  string
		there []*kube.Object
		want  bool
	}{
		{"ours", nil, true},
		{"ours, in a namespace that is there", []*kube.Object{space}, false},
		{"one elsewhere", []*kube.Object{elsewhere}, true},
		{"one elsewhere, and the namespace is there", []*kube.Object{elsewhere, space}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &apiServer{version: "v1.33.0"}
			c := serve(t, s, tt.there...)
			for range 2 {
				if _, err := InstallIngress(t.Context(), c, Options{}, quiet); err != nil {
					t.Fatal(err)
				}
			}
			if got := slices.Contains(s.applied, "Namespace traefik"); got != tt.want {
				t.Errorf("the namespace was applied: %t, want %t", got, tt.want)
			}
		})
	}
}

// TestIngressGoesOn: what an interrupted call left is ours.
func TestIngressGoesOn(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := serve(t, s, ours(Options{})[:4]...)
	if _, err := InstallIngress(t.Context(), c, Options{}, quiet); err != nil || !slices.Contains(s.applied, "Deployment traefik") {
		t.Errorf("applied %v, %v", s.applied, err)
	}
}
