package workload

import (
	"errors"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

func shop(v release.Version) release.Release {
	return release.Release{App: "shop", Version: v, Image: "sha256:" + string(v), ConfigID: "sha256:c",
		Config: config.App{Name: "shop", Port: 8080, Health: "/healthz", Replicas: 1}}
}

func TestCheckSpec(t *testing.T) {
	app := objects.NewApp(nil, "shop", config.Kubernetes{Namespace: "shop"})
	d := &Deployer{app: app}
	list, err := manifest.ColorObjects(newManifest(app, shop("v1.0.0"), color.Blue))
	if err != nil {
		t.Fatal(err)
	}
	have := list[0]
	other := shop("v1.0.0")
	other.App = "other"
	for name, tt := range map[string]struct {
		active  bool
		spec    deploy.Spec
		ok      bool
		refused bool
	}{
		"scale the active color":    {true, deploy.Spec{Release: shop("v1.0.0"), Replicas: 3}, true, false},
		"replace the active color":  {true, deploy.Spec{Release: shop("v1.1.0"), Replicas: 1}, false, true},
		"empty the active color":    {true, deploy.Spec{Release: shop("v1.0.0")}, false, true},
		"empty the standby color":   {false, deploy.Spec{Release: shop("v1.0.0")}, true, false},
		"replace the standby color": {false, deploy.Spec{Release: shop("v1.1.0"), Replicas: 1}, true, false},
		"less than nothing":         {false, deploy.Spec{Release: shop("v1.0.0"), Replicas: -1}, false, false},
		"another app":               {false, deploy.Spec{Release: other, Replicas: 1}, false, false},
	} {
		err := d.checkSpec(color.Blue, tt.active, have, tt.spec)
		if (err == nil) != tt.ok || errors.Is(err, deploy.ErrRefused) != tt.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}
