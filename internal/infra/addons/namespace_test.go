package addons

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// newObject returns an object with only a name and labels.
func newObject(apiVersion, kind, namespace, name string, labels map[string]any) *kube.Object {
	meta := map[string]any{"name": name, "labels": labels}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	return &kube.Object{Object: map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": meta}}
}

func helmLabels() map[string]any {
	return map[string]any{"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "traefik-37.1.1"}
}

func withName(o *kube.Object, name string) *kube.Object {
	o.SetName(name)
	return o
}

func withoutLabel(o *kube.Object, label string) *kube.Object {
	labels := o.GetLabels()
	delete(labels, label)
	o.SetLabels(labels)
	return o
}

// TestIngressTakesNothingOver: the documentation of Traefik's chart uses the same
// namespace as we do.
func TestIngressTakesNothingOver(t *testing.T) {
	space := newObject("v1", "Namespace", "", "traefik", nil)
	theirs := func() *kube.Object {
		return foreignTraefik("traefik", "traefik:v3.5.1", helmLabels(), "--providers.kubernetesingress")
	}
	service := newObject("v1", "Service", "traefik", "traefik", helmLabels())
	for _, tt := range []struct {
		name     string
		existing []*kube.Object
		want     []string
	}{
		{"with the names of its chart", []*kube.Object{space, theirs(), service}, []string{"Deployment traefik", "Service traefik"}},
		{"under another name", []*kube.Object{space, withName(theirs(), "edge-traefik")}, []string{"Deployment edge-traefik"}},
		{"written by hand", []*kube.Object{space, withoutLabel(theirs(), nameLabel)}, []string{"Deployment traefik"}},
		{"half removed", []*kube.Object{space, service}, []string{"Service traefik"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &apiServer{version: "v1.33.0"}
			_, err := InstallIngress(t.Context(), startServer(t, s, tt.existing...), Options{})
			p, ok := errors.AsType[*problem.Problem](err)
			if !ok || !slices.Equal(p.Lines, tt.want) || !strings.Contains(p.Hint, "providers.kubernetesGateway.enabled=true") {
				t.Errorf("got %v, want the lines %q", err, tt.want)
			}
			if len(s.applied) != 0 {
				t.Errorf("objects were changed: %v", s.applied)
			}
		})
	}
}

// TestIngressUsesTheTraefikInOurNamespace and does not change the namespace: our
// pod security level could keep the next pod of that Traefik from starting.
func TestIngressUsesTheTraefikInOurNamespace(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := startServer(t, s, newObject("v1", "Namespace", "", "traefik", nil),
		foreignTraefik("traefik", "traefik:v3.5.1", helmLabels(), "--providers.kubernetesgateway", "--entryPoints.web.address=:8000/tcp"))
	report, err := InstallIngress(t.Context(), c, Options{})
	if err != nil || !slices.Contains(report.Did, "created the Gateway traefik/version-manager for Traefik v3.5.1 (Deployment traefik/traefik)") {
		t.Errorf("%+v, %v", report, err)
	}
	for _, o := range s.applied {
		if kind, _, _ := strings.Cut(o, " "); !slices.Contains([]string{"CustomResourceDefinition", "GatewayClass", "Gateway"}, kind) {
			t.Errorf("%s was applied", o)
		}
	}
}

// TestIngressMakesTheNamespace only if it does not exist, both for our own Traefik
// and for one in another namespace.
func TestIngressMakesTheNamespace(t *testing.T) {
	other := foreignTraefik("edge", "traefik:v3.5.1", nil, "--providers.kubernetesgateway")
	space := newObject("v1", "Namespace", "", "traefik", map[string]any{"team": "edge"})
	for _, tt := range []struct {
		name     string
		existing []*kube.Object
		want     bool
	}{
		{"ours", nil, true},
		{"ours, in an existing namespace", []*kube.Object{space}, false},
		{"one in another namespace", []*kube.Object{other}, true},
		{"one in another namespace, and ours exists", []*kube.Object{other, space}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &apiServer{version: "v1.33.0"}
			c := startServer(t, s, tt.existing...)
			for range 2 {
				if _, err := InstallIngress(t.Context(), c, Options{}); err != nil {
					t.Fatal(err)
				}
			}
			if got := slices.Contains(s.applied, "Namespace traefik"); got != tt.want {
				t.Errorf("the namespace was applied: %t, want %t", got, tt.want)
			}
		})
	}
}

// TestIngressContinues after an interrupted call, whose objects are ours.
func TestIngressContinues(t *testing.T) {
	s := &apiServer{version: "v1.33.0"}
	c := startServer(t, s, ownObjects(Options{})[:4]...)
	if _, err := InstallIngress(t.Context(), c, Options{}); err != nil || !slices.Contains(s.applied, "Deployment traefik") {
		t.Errorf("applied %v, %v", s.applied, err)
	}
}
