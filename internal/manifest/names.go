package manifest

import (
	"cmp"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/config"
)

// Labels and annotations of the objects.
const (
	NameLabel    = "app.kubernetes.io/name"
	ManagedLabel = "app.kubernetes.io/managed-by" // Manager
	VersionLabel = "app.kubernetes.io/version"    // of Deployments and pods
	ColorLabel   = "version-manager.io/color"

	VersionAnnotation = "version-manager.io/version" // a label is too short for every version
	ImageAnnotation   = "version-manager.io/image"   // digest, as the release has it
	ConfigAnnotation  = "version-manager.io/config"  // digest, as the release has it
	SecretsAnnotation = "version-manager.io/secrets" // resourceVersion of the Secret
)

// Manager is the value of ManagedLabel.
const Manager = "version-manager"

// Containers of a pod.
const (
	AppContainer     = "app"
	SidecarContainer = "sidecar"
)

// The Gateway that install-ingress makes.
const (
	GatewayNamespace = "traefik"
	GatewayName      = "version-manager"
)

// ColorName is the name of a color's Deployment, Service and disruption budget.
// For color.None there is only the Service: a route to it is answered with 503.
func ColorName(app string, c color.Color) string { return app + "-" + cmp.Or(string(c), noColor) }

// noColor is the color of no pod.
const noColor = "none"

// SecretName is the name of the Secret with a color's secret variables.
func SecretName(app string, c color.Color) string { return ColorName(app, c) + "-secrets" }

// IngressSecretName is the name of the Secret by which the sidecars of both
// colors recognize the probe, and people with access to the preview.
func IngressSecretName(app string) string { return app + "-ingress" }

// IngressCopyName is the name of a copy of that Secret, for the case that
// somebody deletes it.
func IngressCopyName(app string) string { return app + "-ingress-copy" }

// The keys in that Secret.
const (
	ProbeKey   = "probe"
	PreviewKey = "preview"
)

// PreviewName is the name of the route to the standby color. The names of the
// public route, the autoscaler and the anchor are the app's.
func PreviewName(app string) string { return app + "-preview" }

// LabelSelector matches the pods, and all other objects, of one color, or with
// color.None everything of the app.
func LabelSelector(app string, c color.Color) string {
	s := NameLabel + "=" + app + "," + ManagedLabel + "=" + Manager
	if c != color.None {
		s += "," + ColorLabel + "=" + string(c)
	}
	return s
}

// AppNamespace is the namespace that an app runs in.
func AppNamespace(c config.App) string { return cmp.Or(c.Kubernetes.Namespace, c.Name) }

// PreviewHost is the host name that reaches the standby color. Where the
// configuration has none it is one that no two apps of a cluster share; no
// name server knows it, so it is for a Host header.
func PreviewHost(c config.App) string {
	return cmp.Or(c.Kubernetes.Preview, "preview."+c.Name+"."+AppNamespace(c)+".internal")
}

// GatewayOf is the namespace and the name of the Gateway that an app's routes
// are attached to.
func GatewayOf(c config.App) (namespace, name string) {
	if namespace, name, found := strings.Cut(c.Kubernetes.Gateway, "/"); found {
		return namespace, name
	}
	return GatewayNamespace, GatewayName
}
