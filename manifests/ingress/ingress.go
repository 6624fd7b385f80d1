// Package ingress holds what a cluster needs to route requests to apps, as
// complete YAML that can be read, and applied, as it stands:
//
//	kubectl apply --server-side -f manifests/ingress/crds -f manifests/ingress
//
// crds/ is the Gateway API. The rest is Traefik and one Gateway for all apps,
// each in a file named after what it is. Package addons applies both.
package ingress

import "embed"

// Files are the objects of Traefik and the Gateway.
//
//go:embed *.yaml
var Files embed.FS

// CRDs are the definitions of the Gateway API.
//
//go:embed crds/*.yaml
var CRDs embed.FS
