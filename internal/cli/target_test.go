package cli

import (
	"testing"

	"version-manager/internal/kit/problem"
)

func TestTargetName(t *testing.T) {
	for _, tt := range []struct {
		flag, env string
		cluster   clusterFlags
		want      string // empty: a problem of usage
	}{
		{want: "local"},
		{env: "kubernetes", want: "kubernetes"},
		{flag: "local", env: "kubernetes", want: "local"},
		{flag: "kubernetes", want: "kubernetes"},
		{cluster: clusterFlags{context: "prod"}, want: "kubernetes"},
		{cluster: clusterFlags{kubeconfig: "k3s.yaml"}, env: "local", want: "kubernetes"},
		{cluster: clusterFlags{namespace: "shop"}, want: "kubernetes"},
		{flag: "local", cluster: clusterFlags{context: "prod"}},
		{cluster: clusterFlags{namespace: "Foo_Bar"}},
		{cluster: clusterFlags{namespace: "-shop"}},
		{env: "mars"},
	} {
		a, _, _ := testApp()
		a.getenv = func(name string) string {
			if name == targetVariable {
				return tt.env
			}
			return ""
		}
		a.global.target, a.global.cluster = tt.flag, tt.cluster
		got, err := a.targetName()
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
		if err != nil && problem.KindOf(err) != problem.Usage {
			t.Errorf("%+v: %v is no problem of usage", tt, err)
		}
	}
}
