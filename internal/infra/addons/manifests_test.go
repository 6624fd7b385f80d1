package addons

import (
	"crypto/sha256"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"

	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/kube"
	objects "version-manager/manifests/cluster"
	ingress "version-manager/manifests/ingress"
)

// everything is all objects of manifests/cluster and manifests/ingress.
func everything() []*kube.Object {
	return append(append(load(objects.Files), load(ingress.Files)...), crds()...)
}

// typed has an empty object of each kind for which k8s.io/api has a type.
func typed() map[string]any {
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

// TestFieldsExist: a misspelled field would be dropped without a word.
func TestFieldsExist(t *testing.T) {
	checked := 0
	for _, o := range everything() {
		into, ok := typed()[o.GetAPIVersion()+"/"+o.GetKind()]
		if !ok {
			switch o.GetKind() {
			case "CustomResourceDefinition", "APIService", "Gateway", "GatewayClass", "HTTPRoute":
				continue
			}
			t.Errorf("%s %s: kind unknown to this test", o.GetKind(), o.GetName())
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

func TestEverythingIsLabelled(t *testing.T) {
	for _, o := range append(load(objects.Files), load(ingress.Files)...) {
		if l := o.GetLabels(); l[nameLabel] == "" || l["app.kubernetes.io/managed-by"] != kube.Manager {
			t.Errorf("%s %s: labels %v", o.GetKind(), o.GetName(), l)
		}
	}
}

// TestRemoval: the commands by which the README takes the ingress out of a
// cluster find all of it, and nothing of the DNS and the like of one that
// version-manager made, which carry the same manager's label.
func TestRemoval(t *testing.T) {
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile("kubectl (?:-n traefik )?delete ([a-z,]+) -l ([^`]+)`").FindAllStringSubmatch(string(text), -1)
	if len(commands) != 2 {
		t.Fatalf("the README has %d commands, want 2: %q", len(commands), commands)
	}
	all := strings.NewReplacer("all", "deployment,service") // as far as we have what kubectl means by it
	kinds := strings.Split(all.Replace(commands[0][1]+","+commands[1][1]), ",")
	for _, c := range commands {
		selector, err := labels.Parse(c[2])
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range load(ingress.Files) {
			if !selector.Matches(labels.Set(o.GetLabels())) || !slices.Contains(kinds, strings.ToLower(o.GetKind())) {
				t.Errorf("%s %s stays", o.GetKind(), o.GetName())
			}
		}
		for _, o := range load(objects.Files) {
			if selector.Matches(labels.Set(o.GetLabels())) {
				t.Errorf("%s %s would go too", o.GetKind(), o.GetName())
			}
		}
	}
}

type podSpec struct {
	where string
	spec  corev1.PodSpec
}

// pods are the pods of all Deployments and the one in the provisioner's
// configuration.
func pods(t *testing.T) []podSpec {
	t.Helper()
	var list []podSpec
	for _, o := range everything() {
		switch o.GetKind() {
		case "Deployment":
			d, err := kube.As[appsv1.Deployment](o)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, podSpec{d.Name, d.Spec.Template.Spec})
		case "ConfigMap":
			var pod corev1.Pod
			if err := yaml.UnmarshalStrict([]byte(text(o, "data", "helperPod.yaml")), &pod); err != nil {
				t.Errorf("helperPod.yaml: %v", err)
			} else if pod.Kind == "Pod" {
				list = append(list, podSpec{pod.Name, pod.Spec})
			}
		}
	}
	if len(list) != 5 {
		t.Fatalf("%d kinds of pods were found, want 5", len(list))
	}
	return list
}

func TestPodsAreLockedDown(t *testing.T) {
	for _, p := range pods(t) {
		root := p.where == "volume" // makes folders that belong to root on the node
		s := p.spec.SecurityContext
		switch {
		case s == nil || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
			t.Errorf("%s: no seccomp profile", p.where)
		case !root && (s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.RunAsUser == nil || *s.RunAsUser == 0):
			t.Errorf("%s: may run as root", p.where)
		}
		if p.spec.AutomountServiceAccountToken == nil || p.spec.HostNetwork || p.spec.HostPID || p.spec.HostIPC {
			t.Errorf("%s: says nothing of its token, or shares a namespace with the node", p.where)
		}
		if len(p.spec.Containers) == 0 {
			t.Errorf("%s: no container", p.where)
		}
		for _, c := range p.spec.Containers {
			for _, fault := range faults(c, root) {
				t.Errorf("%s: container %s: %s", p.where, c.Name, fault)
			}
		}
	}
}

func faults(c corev1.Container, root bool) []string {
	var list []string
	check := func(ok bool, fault string) {
		if !ok {
			list = append(list, fault)
		}
	}
	s := c.SecurityContext
	if s == nil {
		return []string{"no security context"}
	}
	check(s.ReadOnlyRootFilesystem != nil && *s.ReadOnlyRootFilesystem, "can write to its root")
	check(s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation, "can gain privileges")
	check(s.Privileged == nil || !*s.Privileged, "is privileged")
	if s.Capabilities == nil {
		list = append(list, "keeps capabilities")
	} else {
		check(fmt.Sprint(s.Capabilities.Drop) == "[ALL]", "keeps capabilities")
		check(root || len(s.Capabilities.Add) == 0, "adds capabilities")
	}
	check(!c.Resources.Requests.Cpu().IsZero() && !c.Resources.Requests.Memory().IsZero(), "asks for no CPU or memory")
	check(!c.Resources.Limits.Memory().IsZero(), "has no limit of memory")
	return list
}

// TestImagesArePinned: an image has a version, and what the cluster's own
// nodes run is among the images that they are given.
func TestImagesArePinned(t *testing.T) {
	given := map[string]bool{}
	for _, i := range (programs.Set{}).ListImages() {
		given[i.Name] = true
	}
	for _, p := range pods(t) {
		for _, c := range p.spec.Containers {
			name, tag, _ := strings.Cut(c.Image, ":")
			if tag == "" || tag == "latest" {
				t.Errorf("%s: %s is not pinned", p.where, c.Image)
			}
			if strings.HasPrefix(name, registry) && (c.ImagePullPolicy != corev1.PullNever || !given[c.Image]) {
				t.Errorf("%s: no node has %s", p.where, c.Image)
			}
		}
	}
	for _, o := range ours(Options{}) {
		local(o)
		eachContainer(o, func(c map[string]any) {
			if image, _ := c["image"].(string); !given[image] {
				t.Errorf("no node has %s", image)
			}
		})
	}
}

func TestDefinitionsAreTheOnesNeeded(t *testing.T) {
	if n := len(crds()); n != 6 {
		t.Errorf("%d definitions; Traefik waits for all six of the standard channel", n)
	}
	for _, crd := range crds() {
		if v := crd.GetAnnotations()[bundle]; v != needed {
			t.Errorf("%s is of %s, want %s", crd.GetName(), v, needed)
		}
		if c := crd.GetAnnotations()["gateway.networking.k8s.io/channel"]; c != "standard" {
			t.Errorf("%s is of the channel %s", crd.GetName(), c)
		}
	}
}

// TestGatewayMeetsTraefik: a listener is served by the entry point of its
// port, so the two files must agree.
func TestGatewayMeetsTraefik(t *testing.T) {
	var port int64
	for _, o := range ours(Options{}) {
		if o.GetKind() == "Deployment" {
			tr, err := describe(o, "Deployment")
			if err != nil || !tr.Gateway || !tr.own || tr.Throttle > fineThrottle {
				t.Errorf("our own Traefik is described as %+v, %v", tr, err)
			}
			port = tr.WebPort
		}
	}
	for _, o := range ours(Options{}) {
		if o.GetKind() == "Gateway" {
			listeners := o.Object["spec"].(map[string]any)["listeners"].([]any)
			if got := listeners[0].(map[string]any)["port"]; got != port {
				t.Errorf("the Gateway listens on %v, Traefik on %d", got, port)
			}
		}
	}
}

// TestMiddlewaresAreTheOnesNamed: Traefik reads them when it starts, so another
// text has to be another pod.
func TestMiddlewaresAreTheOnesNamed(t *testing.T) {
	var sum, named string
	for _, o := range load(ingress.Files) {
		switch o.GetKind() {
		case "ConfigMap":
			sum = fmt.Sprintf("%x", sha256.Sum256([]byte(text(o, "data", "middlewares.yaml"))))[:12]
		case "Deployment":
			named = text(o, "spec", "template", "metadata", "annotations", "version-manager.io/middlewares")
		}
	}
	if sum == "" || named != sum {
		t.Errorf("40-deployment.yaml names %q, 35-retry.yaml has %q", named, sum)
	}
}
