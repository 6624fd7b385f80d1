package workload

import (
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// RenderOptions are what of a rendering depends on the cluster. Zero values
// render what a first deploy would make.
type RenderOptions struct {
	Sleep   time.Duration // of pods, before they end
	Proxies []string      // namespaces that are admitted to the app
}

// RenderObjects returns everything that runs spec in color c and sends the
// traffic there, in the order in which it can be applied. It makes no requests.
func RenderObjects(app *objects.App, images *Images, spec deploy.Spec, c color.Color, o RenderOptions) ([]*kube.Object, error) {
	a := newManifest(app, spec.Release, c)
	a.Sleep, a.Proxies = o.Sleep, o.Proxies
	a.Replicas = max(spec.Release.Config.Replicas, 1)
	if spec.Replicas > 0 {
		a.Replicas = spec.Replicas
	}
	if err := images.nameImages(&a); err != nil {
		return nil, err
	}
	list, err := manifest.AllObjects(a)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if err := completeDeployment(o, a); err != nil {
			return nil, err
		}
	}
	return list, nil
}
