package manifest

import (
	"bytes"
	"maps"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// TestDeployersNamespace: the namespace that an administrator makes for a
// deployer is the one that would have been made, above all with its rule for
// pods.
func TestDeployersNamespace(t *testing.T) {
	text, err := os.ReadFile("../../manifests/rbac/deployer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n---\n"))
	var theirs corev1.Namespace
	if err := yaml.UnmarshalStrict(first, &theirs); err != nil {
		t.Fatal(err)
	}
	ours := loadFile[corev1.Namespace]("namespace.yaml")
	if theirs.Kind != "Namespace" || theirs.Name != ours.Name || !maps.Equal(theirs.Labels, ours.Labels) {
		t.Errorf("namespace %s has labels %v, want %v", theirs.Name, theirs.Labels, ours.Labels)
	}
	if ours.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
		t.Errorf("pods may do anything: %v", ours.Labels)
	}
}
