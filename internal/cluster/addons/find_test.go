package addons

import (
	"testing"
	"time"
)

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		name, image string
		args        []any
		want        traefik
	}{
		{"nothing said", "traefik", nil, traefik{throttle: 2 * time.Second}},
		{"official", "docker.io/library/traefik:v3.6.12", []any{"--providers.kubernetesGateway=true", "--providers.providersThrottleDuration=100ms", "--entryPoints.web.address=:8000"},
			traefik{version: "v3.6.12", gateway: true, throttle: 100 * time.Millisecond, port: 8000}},
		{"chart", "rancher/mirrored-library-traefik:3.5.1", []any{"--providers.kubernetesgateway", "--entryPoints.web.address=:8000/tcp"},
			traefik{version: "v3.5.1", gateway: true, throttle: 2 * time.Second, port: 8000}},
		{"turned off", "registry:5000/traefik", []any{"--providers.kubernetesgateway=false", "--providers.providersthrottleduration=10"},
			traefik{throttle: 10 * time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := describe(somebodys("edge", tt.image, nil, tt.args...), "Deployment")
			tt.want.kind, tt.want.namespace, tt.want.name = "Deployment", "edge", "traefik"
			if got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}
