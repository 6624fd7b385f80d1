package targets

import (
	"testing"

	"version-manager/internal/kit/problem"
)

func TestChooseTarget(t *testing.T) {
	for _, tt := range []struct {
		flag, env string
		cluster   ClusterFlags
		want      string // empty: a usage error
	}{
		{want: "local"},
		{env: "kubernetes", want: "kubernetes"},
		{flag: "local", env: "kubernetes", want: "local"},
		{flag: "kubernetes", want: "kubernetes"},
		{cluster: ClusterFlags{Context: "prod"}, want: "kubernetes"},
		{cluster: ClusterFlags{Kubeconfig: "k3s.yaml"}, env: "local", want: "kubernetes"},
		{cluster: ClusterFlags{Namespace: "shop"}, want: "kubernetes"},
		{flag: "local", cluster: ClusterFlags{Context: "prod"}},
		{cluster: ClusterFlags{Namespace: "Foo_Bar"}},
		{cluster: ClusterFlags{Namespace: "-shop"}},
		{env: "mars"},
	} {
		getenv := func(name string) string {
			if name == TargetVariable {
				return tt.env
			}
			return ""
		}
		got, err := Flags{Target: tt.flag, Cluster: tt.cluster}.ChooseTarget(getenv)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
		if err != nil && problem.KindOf(err) != problem.Usage {
			t.Errorf("%+v: %v is not a usage error", tt, err)
		}
	}
}
