package gateway

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/traefik"
)

// slowThrottle is the reload throttle from which on people are warned.
const slowThrottle = time.Second

// ListWarnings says what about the Gateway makes a deploy slower or riskier.
func (r *Reader) ListWarnings(ctx context.Context) []string {
	s, err := r.ReadState(ctx, DefaultMaxAge)
	if err != nil {
		return []string{err.Error()}
	}
	return s.describeRisks()
}

func (s State) describeRisks() (list []string) {
	warn := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if s.Refused != "" {
		warn("the Gateway %s/%s does not work, so no route takes effect: %s", s.Namespace, s.Name, s.Refused)
	}
	if len(s.Proxies) == 0 {
		warn("%s: a switch counts as confirmed once the entrances have answered from the new color for %s; a proxy that was not asked may follow later",
			s.unseenReason(), EntranceConfirmTime)
		return list
	}
	for _, t := range distinctSettings(s.Proxies) {
		about := strings.TrimSpace("Traefik " + t.Version)
		if t.Throttle >= slowThrottle {
			warn("%s: reload throttle %s (providersThrottleDuration): a switch takes up to %s longer", about, t.Throttle, t.Throttle)
		}
		if t.NativeLB {
			warn("%s sends requests to Services instead of pods (nativeLBByDefault): terminating pods may still get requests for a moment", about)
		}
		if strings.HasPrefix(t.Version, "v1.") || strings.HasPrefix(t.Version, "v2.") || strings.HasPrefix(t.Version, "v3.0.") {
			warn("%s does not support the current Gateway API: it will ignore the route", about)
		}
	}
	if len(s.Proxies) == 1 {
		warn("there is only one Traefik pod: no traffic is served while it restarts")
	}
	if text := hiddenClientsWarning(s.Services); text != "" {
		list = append(list, text)
	}
	return list
}

// hiddenClientsWarning warns of a Service behind which nobody learns a
// client's address, because kube-proxy replaces it.
func hiddenClientsWarning(services []corev1.Service) string {
	for _, s := range services {
		outside := s.Spec.Type == corev1.ServiceTypeLoadBalancer || s.Spec.Type == corev1.ServiceTypeNodePort
		if outside && s.Spec.ExternalTrafficPolicy != corev1.ServiceExternalTrafficPolicyLocal {
			return fmt.Sprintf("the app sees the addresses of nodes instead of its clients, unless a proxy in front adds them: Service %s/%s has externalTrafficPolicy Cluster",
				s.Namespace, s.Name)
		}
	}
	return ""
}

// unseenReason says why there is no proxy to ask.
func (s State) unseenReason() string {
	if !s.isTraefik() {
		return fmt.Sprintf("the gateway is %s, whose proxies cannot be asked one by one", s.Controller)
	}
	return "no Traefik pod is ready, or its pods may not be listed"
}

func distinctSettings(list []corev1.Pod) (distinct []traefik.Settings) {
	for _, p := range list {
		if s := traefik.SettingsOf(p.Spec); !slices.Contains(distinct, s) {
			distinct = append(distinct, s)
		}
	}
	return distinct
}
