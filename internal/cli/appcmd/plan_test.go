package appcmd

import (
	"reflect"
	"testing"

	"version-manager/internal/cli/answer"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

func TestPlanCapacity(t *testing.T) {
	rel := release.Release{Version: "v1.1.0"}
	now := deploy.Observed{
		Active: color.Blue,
		Colors: map[color.Color]deploy.Side{color.Blue: {Version: "v1.0.0", Want: 3}},
	}
	for kind, want := range map[deploy.Kind][]answer.Capacity{
		deploy.Plain: {
			{Color: color.Blue, Now: 3, Has: "v1.0.0", During: 3},
			{Color: color.Green, During: 3, Then: 3, Gets: "v1.1.0"},
		},
		deploy.ZeroDowntime: { // the old color stays warm
			{Color: color.Blue, Now: 3, Has: "v1.0.0", During: 3, Then: 3, Gets: "v1.0.0"},
			{Color: color.Green, During: 3, Then: 3, Gets: "v1.1.0"},
		},
	} {
		plan, err := deploy.NewPlan(now, deploy.Request{Kind: kind, Release: rel})
		if err != nil {
			t.Fatal(err)
		}
		if got := planCapacity(now, plan); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v\nwant %+v", kind, got, want)
		}
	}
}

func TestCompareParts(t *testing.T) {
	from := release.Release{Image: "sha256:a", ConfigID: "sha256:b", InfraID: "sha256:c"}
	to := from
	to.Image = "sha256:d"
	want := []answer.PartChange{
		{Part: "image", From: "sha256:a", To: "sha256:d", Changed: true},
		{Part: "config", From: "sha256:b", To: "sha256:b", Changed: false},
		{Part: "infrastructure", From: "sha256:c", To: "sha256:c", Changed: false},
	}
	if got := compareParts(from, to); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}
