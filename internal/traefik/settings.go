// Package traefik reads the settings of a Traefik in a cluster from the command
// line, the environment and the image of its pods. Start with [SettingsOf].
//
// It does not talk to Traefik and does not know what follows from a setting. It
// cannot see settings in files and Secrets, and assumes Traefik's defaults for
// them.
package traefik

import (
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/semver"
	corev1 "k8s.io/api/core/v1"
)

// defaultThrottle is how long Traefik waits between two reloads unless it is
// told otherwise.
const defaultThrottle = 2 * time.Second

// Settings are those that matter for routing to apps.
type Settings struct {
	Version  string        // "v3.6.12"; "" if the image does not say
	Gateway  bool          // it serves the Gateway API
	NativeLB bool          // it sends requests to Services instead of to pods
	Throttle time.Duration // between two reloads
	WebPort  int64         // of the entry point web; 0 if it is not set
}

// SettingsOf reads the settings of a Traefik pod. If no container is Traefik,
// they are Traefik's defaults.
func SettingsOf(pod corev1.PodSpec) Settings {
	i := slices.IndexFunc(pod.Containers, isTraefik)
	if i < 0 {
		return Settings{Throttle: defaultThrottle}
	}
	o := optionsOf(pod.Containers[i])
	gateway := o.hasOption("providers.kubernetesgateway")
	return Settings{
		Version:  imageVersion(pod.Containers[i].Image),
		Gateway:  gateway,
		NativeLB: gateway && o.isOn("providers.kubernetesgateway.nativelbbydefault"),
		Throttle: o.parseDuration("providers.providersthrottleduration", defaultThrottle),
		WebPort:  o.parsePort("entrypoints.web.address"),
	}
}

// isTraefik goes by the image, or by the name where an image was renamed.
func isTraefik(c corev1.Container) bool {
	return strings.Contains(path.Base(c.Image), "traefik") || strings.Contains(c.Name, "traefik")
}

// imageVersion is the tag of an image, if it is a version. One without a minor
// number is that of whatever was the latest when the image was pulled.
func imageVersion(image string) string {
	image, _, _ = strings.Cut(image, "@")
	_, tag, _ := strings.Cut(path.Base(image), ":")
	if v := "v" + strings.TrimPrefix(tag, "v"); semver.IsValid(v) && strings.Contains(v, ".") {
		return v
	}
	return ""
}
