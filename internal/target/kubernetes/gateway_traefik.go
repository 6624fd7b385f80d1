package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/traefik"
)

// slowThrottle is from when on people should know about it.
const slowThrottle = time.Second

// throttle is the longest that a proxy waits between two reloads.
func (g gateway) throttle() time.Duration {
	var longest time.Duration
	for _, p := range g.proxies {
		longest = max(longest, traefik.SettingsOf(p.Spec).Throttle)
	}
	return longest
}

// gatewayWarnings says what about the gateway makes a deploy slower or
// riskier, and what that means.
func (t *Target) gatewayWarnings(ctx context.Context) []string {
	g, err := t.gateway(ctx, entranceAge)
	if err != nil {
		return []string{err.Error()}
	}
	return g.warnings()
}

func (g gateway) warnings() (list []string) {
	warn := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if g.refused != "" {
		warn("the Gateway %s/%s does not work, so no route is obeyed: %s", g.namespace, g.name, g.refused)
	}
	if len(g.proxies) == 0 {
		warn("%s: a switch counts as confirmed when the entrances have answered from the new color for %s; a proxy that nobody met may obey later",
			g.blind(), entrancesLong)
		return list
	}
	for _, s := range distinct(g.proxies) {
		about := strings.TrimSpace("Traefik " + s.Version)
		if s.Throttle >= slowThrottle {
			warn("%s: reload throttle %s (providersThrottleDuration): a switch takes up to %s longer", about, s.Throttle, s.Throttle)
		}
		if s.NativeLB {
			warn("%s sends requests to Services instead of to pods (nativeLBByDefault): pods that end may still get requests for a moment", about)
		}
		if strings.HasPrefix(s.Version, "v1.") || strings.HasPrefix(s.Version, "v2.") || strings.HasPrefix(s.Version, "v3.0.") {
			warn("%s reads no Gateway API as of today: it will not obey the route", about)
		}
	}
	if len(g.proxies) == 1 {
		warn("there is one Traefik pod: nobody is answered while it is replaced")
	}
	if text := hiddenClients(g.services); text != "" {
		list = append(list, text)
	}
	return list
}

// hiddenClients says that nobody behind a Service learns who a visitor is,
// because kube-proxy replaces the source address.
func hiddenClients(services []corev1.Service) string {
	for _, s := range services {
		outside := s.Spec.Type == corev1.ServiceTypeLoadBalancer || s.Spec.Type == corev1.ServiceTypeNodePort
		if outside && s.Spec.ExternalTrafficPolicy != corev1.ServiceExternalTrafficPolicyLocal {
			return fmt.Sprintf("the app sees nodes instead of its visitors' addresses, unless a proxy in front tells them: Service %s/%s has externalTrafficPolicy Cluster",
				s.Namespace, s.Name)
		}
	}
	return ""
}

// blind says why there is no proxy to ask.
func (g gateway) blind() string {
	if !g.traefik() {
		return fmt.Sprintf("the gateway is %s, whose proxies cannot be asked one by one", g.controller)
	}
	return "no Traefik pod is ready, or its pods may not be seen"
}

// distinct are the settings that occur.
func distinct(pods []corev1.Pod) (list []traefik.Settings) {
	for _, p := range pods {
		if s := traefik.SettingsOf(p.Spec); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
