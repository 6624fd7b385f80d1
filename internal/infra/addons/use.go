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
	oldest       = "v3.1.0"               // Traefik that serves HTTPRoutes of the standard channel
	fineThrottle = 500 * time.Millisecond // above it a switch is noticeably late
)

// use makes only the Gateway, for a Traefik of somebody else.
func (i *installer) use(ctx context.Context, t installation) error {
	if t.Version != "" && semver.Compare(t.Version, oldest) < 0 {
		return problem.New(problem.Failed, "upgrade it to "+oldest+" or later", "%s is too old for the Gateway API", t)
	}
	if t.Throttle > fineThrottle {
		i.warn("%s applies changes at most every %s: a switch may take that long; --providers.providersThrottleDuration=100ms makes it faster", t, t.Throttle)
	}
	parts := i.gateway(t)
	if err := i.apply(ctx, parts); err != nil {
		return err
	}
	i.did("made the Gateway %s/version-manager for %s", ownSpace, t)
	return wait(ctx, i.cluster, parts, i.progress)
}

// gateway is what remains of our objects when Traefik is somebody else's: the
// namespace, the Gateway at the port of that Traefik's entry point, and the
// class if there is none.
func (i *installer) gateway(t installation) []*kube.Object {
	var parts []*kube.Object
	for _, o := range ours(i.options) {
		switch o.GetKind() {
		case "GatewayClass":
			if len(i.found.classes) > 0 {
				continue
			}
		case "Gateway":
			if len(i.found.classes) > 0 && !slices.Contains(i.found.classes, "traefik") {
				set(o, i.found.classes[0], "spec", "gatewayClassName")
			}
			listen(o, cmp.Or(t.WebPort, 8000))
		case "Namespace":
		default:
			continue
		}
		parts = append(parts, o)
	}
	return parts
}

// listen sets the port of a Gateway's only listener.
func listen(o *kube.Object, port int64) {
	spec, _ := o.Object["spec"].(map[string]any)
	listeners, _ := spec["listeners"].([]any)
	for _, l := range listeners {
		if l, ok := l.(map[string]any); ok {
			l["port"] = port
		}
	}
}
