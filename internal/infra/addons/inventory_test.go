package addons

import (
	"testing"
	"time"

	"version-manager/internal/traefik"
)

func TestDescribeTraefik(t *testing.T) {
	chart := map[string]any{"helm.sh/chart": "traefik-37.1.1"}
	for _, tt := range []struct {
		name, namespace, image string
		labels                 map[string]any
		want                   installation
	}{
		{"of someone else", "edge", "traefik:v3.6.12", nil, installation{}},
		{"chart of someone else", "edge", "traefik:v3.6.12", chart, installation{}},
		{"of K3s", "kube-system", "traefik:v3.6.12", chart, installation{chart: true}},
		{"ours", ownNamespace, "traefik:v3.6.12", map[string]any{"app.kubernetes.io/managed-by": "version-manager"}, installation{own: true}},
		{"local image", "edge", localRegistry + "traefik:v3.6.12", nil, installation{local: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := describeTraefik(foreignTraefik(tt.namespace, tt.image, tt.labels, "--providers.kubernetesgateway", "--entrypoints.web.address=:8000"), "Deployment")
			tt.want.Settings = traefik.Settings{Version: "v3.6.12", Gateway: true, Throttle: 2 * time.Second, WebPort: 8000}
			tt.want.kind, tt.want.namespace, tt.want.name = "Deployment", tt.namespace, "traefik"
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}
