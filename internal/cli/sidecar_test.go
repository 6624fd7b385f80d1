package cli

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"

	"version-manager/internal/kit/problem"
	objects "version-manager/manifests/app"
)

// TestSidecarIsCalledRight: the words that stand in every pod are understood.
func TestSidecarIsCalledRight(t *testing.T) {
	b, err := objects.Files.ReadFile("deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict(b, &d); err != nil {
		t.Fatal(err)
	}
	a, _, _ := testApp()
	c, args, err := newRoot(a).Find(d.Spec.Template.Spec.InitContainers[0].Args)
	if err != nil || c.Name() != "sidecar" {
		t.Fatalf("found %s: %v", c.Name(), err)
	}
	if err := c.ParseFlags(args); err != nil {
		t.Error(err)
	}
	if err := c.ValidateArgs(c.Flags().Args()); err != nil {
		t.Error(err)
	}
}

func TestSidecarRefuses(t *testing.T) {
	for words, want := range map[string]string{
		"sidecar --color blue":               "--app is missing",
		"sidecar --app a:1 --color red":      `"red" is not a color`,
		"sidecar --app a:1 --color blue now": "",
	} {
		a, _, out := testApp()
		if code := a.run(t.Context(), strings.Fields(words)); code != int(problem.Usage) || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit code %d\n%s", words, code, out)
		}
	}
}
