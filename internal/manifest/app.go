// Package manifest turns a release into the objects that run it in a cluster.
// It is a pure function: it neither reads nor writes a cluster, and does not
// decide when something happens. Two calls with the same App return the same
// objects, so that they can be compared, applied again and printed.
//
// The objects are complete YAML files in manifests/app, which also say why a
// field has its value. This package only sets what differs between apps,
// releases and colors.
//
// Start with [App], which says what is wanted. [BaseObjects] belong to the app
// as a whole, [ColorObjects] run one color, and [NewScaler] and [NewRoute] act
// on both. [AllObjects] is everything in the order in which it can be applied,
// and [WriteYAML] prints it.
//
// A Deployment has no number of replicas unless one was asked for: applying it
// to a running one would undo what the autoscaler did. The target sets the
// number when it creates a color, and never applies to a running one. The
// selectors of the two colors have no pod in common. Other packages may rely on
// the names in names.go, and on no others.
package manifest

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/release"
)

// App is a release as it is deployed to a cluster. Everything else that the
// objects need is in the release's own configuration.
type App struct {
	Release release.Release
	Color   color.Color // that runs it

	Image      string            // the app's, as the nodes know it
	User       int64             // the user that the image wants; 0: 65532
	Group      int64             // its group; 0: the number of the user
	OS, Arch   string            // of the nodes that can run both images; empty: any
	Sidecar    string            // image of the program that counts requests
	PullPolicy corev1.PullPolicy // of both images; empty: IfNotPresent

	Replicas int           // 0: not set, see the package comment
	Sleep    time.Duration // see [Sleep]; 0: DefaultSleep
	Proxies  []string      // namespaces of the gateway's proxies; empty: that of the Gateway

	// Secrets are the values of the secret variables; nil: there is no Secret
	// among the objects, and pods take what they find in the cluster.
	Secrets map[string]string
	// SecretsRevision is the resourceVersion of the Secret. Instances are
	// replaced when it changes; a digest of the values would help to guess them.
	SecretsRevision string
}

func (a App) appConfig() config.App { return a.Release.Config }

func (a App) appName() string { return a.Release.App }

func (a App) appNamespace() string { return AppNamespace(a.appConfig()) }

// replicaCount is how many instances a color starts with by default. The number
// is not set where an autoscaler will set it.
func (a App) replicaCount() int {
	if a.Replicas == 0 && !hasMetrics(a.appConfig().Autoscale) {
		return a.appConfig().Replicas
	}
	return a.Replicas
}
