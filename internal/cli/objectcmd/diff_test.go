package objectcmd

import (
	"strings"
	"testing"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/targets"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// distant is a target of which nothing but the place is asked.
type distant struct{ deploy.Target }

func (distant) LocateCluster() clusterstatus.Cluster {
	return clusterstatus.Cluster{Context: "dev", Server: "https://10.0.0.1:6443", Namespace: "shop"}
}

// TestRemedyCommand: a deploy of what is active already changes nothing, so diff
// must not suggest it.
func TestRemedyCommand(t *testing.T) {
	o := diffOptions{flags: new(targets.Flags)}
	o.flags.PreferCluster()
	now := deploy.Observed{Active: color.Green, Colors: map[color.Color]deploy.Side{
		color.Green: {Version: "v2.0.0"}, color.Blue: {Version: "v1.0.0"},
	}}
	const apply = " | kubectl --context dev --namespace shop apply --server-side --force-conflicts --field-manager=version-manager -f -"
	for _, c := range []struct {
		name    string
		version release.Version
		want    string
	}{
		{"active", "v2.0.0", "version-manager deploy v2.0.0 --context dev --namespace shop && version-manager render v2.0.0 --app-color green --replicas 3 --only Deployment/shop-green --context dev --namespace shop" + apply +
			`; kubectl --context dev --namespace shop patch httproute shop --type merge -p '{"spec":{"hostnames":null}}'`},
		{"standby", "v1.0.0", "version-manager cleanup --standby && version-manager deploy v1.0.0"},
		{"nowhere", "v3.0.0", "version-manager deploy v3.0.0"},
	} {
		d := answer.Diff{App: "shop", Differences: []string{
			"Deployment/shop-green spec.template.spec.containers[0].image: a should be b",
			"Deployment/shop-green metadata.labels.x: y should not be there",
			"Service/shop-green is missing",
			"HTTPRoute/shop spec.hostnames: [a.example.org] should not be there",
		}}
		d.Version = c.version
		if got := o.remedyCommand(distant{}, now, d, 3); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
	// What is only missing is created again by a deploy of the version that runs: the
	// target's tests run that.
	for _, object := range []string{"HTTPRoute/shop-preview", "Service/shop-green", "Secret/shop-green-secrets", "Deployment/shop-green"} {
		d := answer.Diff{App: "shop", Version: "v2.0.0", Differences: []string{object + " is missing"}}
		now := now
		if object == "Deployment/shop-green" { // then nothing is known to run there
			now.Colors = map[color.Color]deploy.Side{color.Blue: {Version: "v1.0.0"}}
		}
		if got, want := o.remedyCommand(distant{}, now, d, 3), "version-manager deploy v2.0.0"; got != want {
			t.Errorf("%s is missing:\n%s\nwant\n%s", object, got, want)
		}
	}
	if got := o.remedyCommand(distant{}, deploy.Observed{}, answer.Diff{Version: "v1.0.0"}, 1); strings.Contains(got, "kubectl") {
		t.Errorf("nothing is deployed, and yet: %s", got)
	}
}
