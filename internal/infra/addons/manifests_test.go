package addons

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	objects "version-manager/manifests/cluster"
	ingress "version-manager/manifests/ingress"
)

// allObjects returns the objects of manifests/cluster and manifests/ingress.
func allObjects() []*kube.Object {
	return append(append(loadObjects(objects.Files), loadObjects(ingress.Files)...), gatewayDefinitions()...)
}

// emptyTypes has an empty object of each kind for which k8s.io/api has a type.
func emptyTypes() map[string]any {
	return map[string]any{
		"v1/Namespace":                                    new(corev1.Namespace),
		"v1/ServiceAccount":                               new(corev1.ServiceAccount),
		"v1/ConfigMap":                                    new(corev1.ConfigMap),
		"v1/Service":                                      new(corev1.Service),
		"apps/v1/Deployment":                              new(appsv1.Deployment),
		"policy/v1/PodDisruptionBudget":                   new(policyv1.PodDisruptionBudget),
		"rbac.authorization.k8s.io/v1/ClusterRole":        new(rbacv1.ClusterRole),
		"rbac.authorization.k8s.io/v1/ClusterRoleBinding": new(rbacv1.ClusterRoleBinding),
		"rbac.authorization.k8s.io/v1/Role":               new(rbacv1.Role),
		"rbac.authorization.k8s.io/v1/RoleBinding":        new(rbacv1.RoleBinding),
		"storage.k8s.io/v1/StorageClass":                  new(storagev1.StorageClass),
	}
}

// TestFieldsExist: the API server would silently drop a misspelled field.
func TestFieldsExist(t *testing.T) {
	checked := 0
	for _, o := range allObjects() {
		into, ok := emptyTypes()[o.GetAPIVersion()+"/"+o.GetKind()]
		if !ok {
			switch o.GetKind() {
			case "CustomResourceDefinition", "APIService", "Gateway", "GatewayClass", "HTTPRoute":
				continue
			}
			t.Errorf("%s %s: this test does not know the kind", o.GetKind(), o.GetName())
			continue
		}
		b, err := o.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(b, into); err != nil {
			t.Errorf("%s %s: %v", o.GetKind(), o.GetName(), err)
		}
		checked++
	}
	if checked < 25 {
		t.Errorf("only %d objects were found", checked)
	}
}

func TestEverythingIsLabeled(t *testing.T) {
	for _, o := range append(loadObjects(objects.Files), loadObjects(ingress.Files)...) {
		if l := o.GetLabels(); l[nameLabel] == "" || l["app.kubernetes.io/managed-by"] != kube.FieldManager {
			t.Errorf("%s %s: labels %v", o.GetKind(), o.GetName(), l)
		}
	}
}

// TestRemoval: the labels by which the guide finds everything that install-ingress
// created match all its objects, and none of the DNS and other base objects, which
// have the same manager label. The guide names every kind without a namespace.
func TestRemoval(t *testing.T) {
	content, err := os.ReadFile("../../../docs/howto-kubernetes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, guide, found := strings.Cut(string(content), "## Remove the app")
	pairs := regexp.MustCompile("app.kubernetes.io/[a-z-]+=[a-z-]+").FindAllString(guide, -1)
	selector, err := labels.Parse(strings.Join(pairs, ","))
	if !found || len(pairs) != 2 || err != nil {
		t.Fatalf("the guide names the labels %q, want 2: %v", pairs, err)
	}
	for _, o := range loadObjects(ingress.Files) {
		if !selector.Matches(labels.Set(o.GetLabels())) {
			t.Errorf("%s %s would stay", o.GetKind(), o.GetName())
		}
		if o.GetNamespace() == "" && !strings.Contains(strings.ReplaceAll(guide, " ", ""), strings.ToLower(o.GetKind())) {
			t.Errorf("the guide does not name the kind %s", o.GetKind())
		}
	}
	for _, o := range loadObjects(objects.Files) {
		if selector.Matches(labels.Set(o.GetLabels())) {
			t.Errorf("%s %s would be removed too", o.GetKind(), o.GetName())
		}
	}
}

func TestGatewayDefinitions(t *testing.T) {
	if n := len(gatewayDefinitions()); n != 6 {
		t.Errorf("%d definitions; Traefik waits for all six of the standard channel", n)
	}
	for _, crd := range gatewayDefinitions() {
		if v := crd.GetAnnotations()[bundleAnnotation]; v != gatewayAPIVersion {
			t.Errorf("%s is of %s, want %s", crd.GetName(), v, gatewayAPIVersion)
		}
		if c := crd.GetAnnotations()["gateway.networking.k8s.io/channel"]; c != "standard" {
			t.Errorf("%s is of the channel %s", crd.GetName(), c)
		}
	}
}

// TestGatewayMatchesTraefik: a listener is served by the entry point of its
// port, so the two files must agree.
func TestGatewayMatchesTraefik(t *testing.T) {
	var port int64
	for _, o := range ownObjects(Options{}) {
		if o.GetKind() == "Deployment" {
			tr, err := describeTraefik(o, "Deployment")
			if err != nil || !tr.Gateway || !tr.own || tr.Throttle > maxGoodThrottle {
				t.Errorf("our own Traefik is described as %+v, %v", tr, err)
			}
			port = tr.WebPort
		}
	}
	for _, o := range ownObjects(Options{}) {
		if o.GetKind() == "Gateway" {
			listeners := o.Object["spec"].(map[string]any)["listeners"].([]any)
			if got := listeners[0].(map[string]any)["port"]; got != port {
				t.Errorf("the Gateway listens on %v, Traefik on %d", got, port)
			}
		}
	}
}

// TestMiddlewareDigest: Traefik reads the middlewares only when it starts, so a
// change of them must lead to new pods.
func TestMiddlewareDigest(t *testing.T) {
	var sum, named string
	for _, o := range loadObjects(ingress.Files) {
		switch o.GetKind() {
		case "ConfigMap":
			sum = fmt.Sprintf("%x", sha256.Sum256([]byte(textField(o, "data", "middlewares.yaml"))))[:12]
		case "Deployment":
			named = textField(o, "spec", "template", "metadata", "annotations", "version-manager.io/middlewares")
		}
	}
	if sum == "" || named != sum {
		t.Errorf("40-deployment.yaml names %q, 35-retry.yaml has %q", named, sum)
	}
}
