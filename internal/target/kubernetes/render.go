package kubernetes

import (
	"bytes"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// RenderManifests returns everything that runs spec in color c and sends the traffic
// there, as YAML documents in the order in which they can be applied. It
// contacts nobody.
func (t *Target) RenderManifests(spec deploy.Spec, c color.Color) ([]byte, error) {
	list, err := t.render(spec, c, 0, nil)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = manifest.Write(&b, list)
	return b.Bytes(), err
}

func (t *Target) render(spec deploy.Spec, c color.Color, sleep time.Duration, proxies []string) ([]*kube.Object, error) {
	a := t.manifest(spec.Release, c)
	a.Sleep, a.Proxies = sleep, proxies
	a.Replicas = max(spec.Release.Config.Replicas, 1)
	if spec.Replicas > 0 {
		a.Replicas = spec.Replicas
	}
	if err := t.name(&a); err != nil {
		return nil, err
	}
	list, err := manifest.All(a)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if err := finish(o, a); err != nil {
			return nil, err
		}
	}
	return list, nil
}
