package cli

import (
	"testing"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/cli/targets"
)

func TestPasteAdapter(t *testing.T) {
	tests := []struct {
		program string
		args    []string
		hint    string
		want    string
	}{
		{"version-manager", nil, "version-manager rollback", "version-manager rollback"},
		{"bin/version-manager", nil, "version-manager resume\nversion-manager rollback",
			"bin/version-manager resume\nbin/version-manager rollback"},
		{"bin/version-manager", nil, "sudo version-manager cluster up", "sudo bin/version-manager cluster up"},
		{"version-manager", []string{"--context", "prod", "-C", "my shop"}, "version-manager list; version-manager deploy VERSION",
			"version-manager --project 'my shop' --context prod list; version-manager --project 'my shop' --context prod deploy VERSION"},
		{"version-manager", []string{"--context", "prod"}, "version-manager cluster status\nkubectl get nodes", "version-manager cluster status\nkubectl get nodes"},
		{"version-manager", []string{"--namespace", "a"}, "version-manager --target kubernetes …", "version-manager --namespace a --target kubernetes …"},
		{"bin/version-manager", []string{"--target", "kubernetes", "-C", "shop", "--state", "s"}, "version-manager cleanup --context dev && kubectl --context dev get pods",
			"bin/version-manager --project shop --state s cleanup --context dev && kubectl --context dev get pods"},
		{"bin/version-manager", []string{"-C", "shop", "--kubeconfig", "k3s.yaml"}, "version-manager -C shop deploy v1.0.0 --kubeconfig k3s.yaml --context dev",
			"bin/version-manager -C shop deploy v1.0.0 --kubeconfig k3s.yaml --context dev"},
		{"bin/version-manager", []string{"--context", "prod"}, "interrupted: taking it back (a second Ctrl-C leaves everything as it is, for version-manager resume)",
			"interrupted: taking it back (a second Ctrl-C leaves everything as it is, for bin/version-manager --context prod resume)"},
		{"bin/version-manager", []string{"-C", "shop"}, `sudo env "PATH=$PATH" version-manager cluster up --nodes 5`, `sudo env "PATH=$PATH" bin/version-manager cluster up --nodes 5`},
		{"bin/version-manager", nil, "version-manager agent --help", "bin/version-manager agent --help"},
		{"bin/version-manager", []string{"-C", "shop"}, "the version-manager agent does not answer", "the version-manager agent does not answer"},
		{"version-manager", []string{"--quiet"}, "version-manager status", "version-manager status"},
		{"version-manager", []string{"--context", "prod", "-C", "shop"}, "version-manager state move", "version-manager --project shop state move"},
		{"version-manager", []string{"--context", "prod", "-C", "shop"}, "version-manager completion bash", "version-manager completion bash"},
		{"version-manager", []string{"--target", "kubernetes"}, "version-manager deploy v2.0.0 --context dev --namespace shop && version-manager render v2.0.0 --context dev | kubectl --context dev apply -f -",
			"version-manager deploy v2.0.0 --context dev --namespace shop && version-manager render v2.0.0 --context dev | kubectl --context dev apply -f -"},
		{"version-manager", []string{"--target", "kubernetes"}, "version-manager cleanup --standby && version-manager deploy v1.0.0",
			"version-manager --target kubernetes cleanup --standby && version-manager --target kubernetes deploy v1.0.0"},
		{"x/version-manager", nil, "write it to version-manager.yaml, in a clone of version-manager and nowhere else",
			"write it to version-manager.yaml, in a clone of version-manager and nowhere else"},
	}
	for _, tt := range tests {
		inv, _, _ := commandtest.NewInvocation()
		flags := new(targets.Flags)
		root := newRoot(inv, flags)
		list, _, _ := root.Find([]string{"list"})
		if err := list.ParseFlags(tt.args); err != nil {
			t.Fatal(err)
		}
		if got := newPasteAdapter(root, tt.program, flags)(tt.hint); got != tt.want {
			t.Errorf("%s %v: %q becomes\n%q, want\n%q", tt.program, tt.args, tt.hint, got, tt.want)
		}
	}
}
