// Package manifest turns a release into the objects that it is made of in a
// cluster. It is a pure function: it reads no cluster, writes to none and
// decides nothing about when. Two calls with the same App give the same
// objects, so that they can be compared, applied again and printed.
//
// The objects stand in manifests/app as complete YAML. This package sets what
// differs between apps, releases and colors, and nothing else; who wants to
// know why a field has its value reads it there.
//
// Start with [App], which says what is wanted. [Base] makes what belongs to
// the app as a whole, [Color] what makes one color run, [Scaler] and [Route]
// what rules over both. [All] is everything in the order in which it can be
// applied, and [Write] prints it.
//
// A Deployment made here has no number of replicas unless asked for: server-side
// apply to one that runs would take the autoscaler's word back. The target sets
// the number when it makes a color anew, and never applies to one that runs.
// Selectors of the two colors have no pod in common, and of the names only
// those in names.go are to be relied on.
package manifest

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/release"
)

// App is a release on its way into a cluster. Everything else that the objects
// need is in the release's own configuration.
type App struct {
	Release release.Release
	Color   color.Color // that runs it

	Image      string            // the app's, as the nodes know it
	User       int64             // whom the image wants to run as; 0: 65532
	Group      int64             // its group; 0: the number of the user
	OS, Arch   string            // of the nodes that can run both images; empty: any
	Sidecar    string            // image of the program that counts requests
	PullPolicy corev1.PullPolicy // of both images; empty: IfNotPresent

	Replicas int           // 0: no word about it, see the package comment
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

// replicaCount is how many instances a color starts with where nobody has said
// so: none are named where an autoscaler is going to.
func (a App) replicaCount() int {
	if a.Replicas == 0 && !hasMetrics(a.appConfig().Autoscale) {
		return a.appConfig().Replicas
	}
	return a.Replicas
}
