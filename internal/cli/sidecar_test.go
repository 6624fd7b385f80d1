package cli

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/cli/targets"
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
	inv, _, _ := commandtest.NewInvocation()
	c, args, err := newRoot(inv, new(targets.Flags)).Find(d.Spec.Template.Spec.InitContainers[0].Args)
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
		code, _, out := execute(t, strings.Fields(words)...)
		if code != int(problem.Usage) || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d\n%s", words, code, out)
		}
	}
}
