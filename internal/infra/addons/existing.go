package addons

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

const (
	// minTraefikVersion serves the HTTPRoutes of the standard channel.
	minTraefikVersion = "v3.1.0"
	// maxGoodThrottle is the longest throttle at which a switch is not noticeably
	// late.
	maxGoodThrottle = 500 * time.Millisecond
	// defaultWebPort is the port of Traefik's entry point unless it says otherwise.
	defaultWebPort = 8000
)

// useExisting makes only the Gateway, for a Traefik that someone else installed.
func (i *installer) useExisting(ctx context.Context, t installation) error {
	if t.Version != "" && semver.Compare(t.Version, minTraefikVersion) < 0 {
		return problem.New(problem.Failed, i.cluster.KubectlCommand(t.namespace, "get "+t.kind+"/"+t.name+" -o yaml"),
			"%s is too old for the Gateway API: it must be %s or newer", t, minTraefikVersion)
	}
	if t.Throttle > maxGoodThrottle {
		i.addWarning("%s applies changes at most every %s, so a switch can take that long; with --providers.providersThrottleDuration=100ms it is faster", t, t.Throttle)
	}
	parts := i.gatewayObjects(t)
	if err := i.applyParts(ctx, parts); err != nil {
		return err
	}
	i.recordAction("created the Gateway %s/version-manager for %s", ownNamespace, t)
	return waitReady(ctx, i.cluster, parts, i.progress)
}

// gatewayObjects returns those of our objects that a Traefik of someone else
// needs: the namespace, the Gateway with the port of that Traefik's entry point,
// and the class if the cluster has none.
func (i *installer) gatewayObjects(t installation) []*kube.Object {
	var parts []*kube.Object
	for _, o := range ownObjects(i.options) {
		switch o.GetKind() {
		case "GatewayClass":
			if len(i.found.classes) > 0 {
				continue
			}
		case "Gateway":
			if len(i.found.classes) > 0 && !slices.Contains(i.found.classes, "traefik") {
				setField(o, i.found.classes[0], "spec", "gatewayClassName")
			}
			setListenerPort(o, cmp.Or(t.WebPort, defaultWebPort))
		case "Namespace":
		default:
			continue
		}
		parts = append(parts, o)
	}
	return parts
}

// setListenerPort sets the port of a Gateway's only listener.
func setListenerPort(o *kube.Object, port int64) {
	spec, _ := o.Object["spec"].(map[string]any)
	listeners, _ := spec["listeners"].([]any)
	for _, l := range listeners {
		if l, ok := l.(map[string]any); ok {
			l["port"] = port
		}
	}
}
