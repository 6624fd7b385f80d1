package addons

import (
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/kube"
)

type podSpec struct {
	where string
	spec  corev1.PodSpec
}

// podSpecs returns the pods of all Deployments and the one in the provisioner's
// configuration.
func podSpecs(t *testing.T) []podSpec {
	t.Helper()
	var list []podSpec
	for _, o := range allObjects() {
		switch o.GetKind() {
		case "Deployment":
			d, err := kube.ConvertObject[appsv1.Deployment](o)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, podSpec{d.Name, d.Spec.Template.Spec})
		case "ConfigMap":
			var pod corev1.Pod
			if err := yaml.UnmarshalStrict([]byte(textField(o, "data", "helperPod.yaml")), &pod); err != nil {
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
	for _, p := range podSpecs(t) {
		root := p.where == "volume" // it makes folders that belong to root
		s := p.spec.SecurityContext
		switch {
		case s == nil || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault:
			t.Errorf("%s: no seccomp profile", p.where)
		case !root && (s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.RunAsUser == nil || *s.RunAsUser == 0):
			t.Errorf("%s: may run as root", p.where)
		}
		if p.spec.AutomountServiceAccountToken == nil || p.spec.HostNetwork || p.spec.HostPID || p.spec.HostIPC {
			t.Errorf("%s: does not say whether it needs a token, or shares a namespace with the node", p.where)
		}
		if len(p.spec.Containers) == 0 {
			t.Errorf("%s: no container", p.where)
		}
		for _, c := range p.spec.Containers {
			for _, fault := range securityFaults(c, root) {
				t.Errorf("%s: container %s: %s", p.where, c.Name, fault)
			}
		}
	}
}

func securityFaults(c corev1.Container, root bool) []string {
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
	check(s.ReadOnlyRootFilesystem != nil && *s.ReadOnlyRootFilesystem, "can write to its root file system")
	check(s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation, "can gain privileges")
	check(s.Privileged == nil || !*s.Privileged, "is privileged")
	if s.Capabilities == nil {
		list = append(list, "keeps capabilities")
	} else {
		check(fmt.Sprint(s.Capabilities.Drop) == "[ALL]", "keeps capabilities")
		check(root || len(s.Capabilities.Add) == 0, "adds capabilities")
	}
	check(!c.Resources.Requests.Cpu().IsZero() && !c.Resources.Requests.Memory().IsZero(), "requests no CPU or memory")
	check(!c.Resources.Limits.Memory().IsZero(), "has no memory limit")
	return list
}

// TestImagesArePinned: every image has a version, and the nodes of a local cluster
// have all images that they run.
func TestImagesArePinned(t *testing.T) {
	available := map[string]bool{}
	for _, i := range (programs.Set{}).ListImages() {
		available[i.Name] = true
	}
	for _, p := range podSpecs(t) {
		for _, c := range p.spec.Containers {
			name, tag, _ := strings.Cut(c.Image, ":")
			if tag == "" || tag == "latest" {
				t.Errorf("%s: %s is not pinned", p.where, c.Image)
			}
			if strings.HasPrefix(name, localRegistry) && (c.ImagePullPolicy != corev1.PullNever || !available[c.Image]) {
				t.Errorf("%s: no node has %s", p.where, c.Image)
			}
		}
	}
	for _, o := range ownObjects(Options{}) {
		useLocalImages(o)
		eachContainer(o, func(c map[string]any) {
			if image, _ := c["image"].(string); !available[image] {
				t.Errorf("no node has %s", image)
			}
		})
	}
}
