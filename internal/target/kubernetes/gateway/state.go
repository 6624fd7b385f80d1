// Package gateway reads the Gateway that the app's routes are attached to, and
// asks its proxies whether they follow a route.
//
// It knows Traefik and its pods. It changes nothing, and does not know when or
// why a route is switched.
package gateway

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/traefik"
)

// traefikController is the controller of Traefik's GatewayClass.
const traefikController = "traefik.io/gateway-controller"

// State is what is known about the Gateway and its proxies.
type State struct {
	Namespace, Name string
	Controller      string           // of its class; empty: unknown
	Port            int              // of the listener by which the app is reached
	Secure          bool             // that listener speaks TLS
	Refused         string           // why it does not work; empty: it does
	Proxies         []corev1.Pod     // Traefik's ready pods
	Leaving         []corev1.Pod     // terminating ones, which still serve their connections
	Namespaces      []string         // of all its pods, ready or not
	Complete        bool             // Namespaces surely has all that have proxies
	Services        []corev1.Service // that lead to the proxies
}

// gatewayObject is the part of a Gateway that is needed.
type gatewayObject struct {
	Spec struct {
		GatewayClassName string     `json:"gatewayClassName"`
		Listeners        []listener `json:"listeners"`
	} `json:"spec"`
	Status struct {
		Conditions []metav1.Condition `json:"conditions"`
	} `json:"status"`
}

type listener struct {
	Port     int64  `json:"port"`
	Protocol string `json:"protocol"`
}

func (s *State) readObject(o gatewayObject) {
	plain := slices.IndexFunc(o.Spec.Listeners, func(l listener) bool { return l.Protocol == "HTTP" })
	secure := slices.IndexFunc(o.Spec.Listeners, func(l listener) bool { return l.Protocol == "HTTPS" })
	switch {
	case plain >= 0:
		s.Port = int(o.Spec.Listeners[plain].Port)
	case secure >= 0:
		s.Port, s.Secure = int(o.Spec.Listeners[secure].Port), true
	default:
		s.Refused = "it has no HTTP listener"
	}
	for _, want := range []string{"Accepted", "Programmed"} {
		c := meta.FindStatusCondition(o.Status.Conditions, want)
		switch {
		case c == nil || c.Status == metav1.ConditionUnknown:
			s.Refused = "no controller has accepted it yet"
		case c.Status == metav1.ConditionFalse:
			s.Refused = fmt.Sprintf("%s: %s", c.Reason, c.Message)
		}
	}
}

// isTraefik reports whether the Gateway is Traefik's, as far as can be seen.
func (s State) isTraefik() bool { return s.Controller == "" || s.Controller == traefikController }

// URLScheme is the scheme of the listener.
func (s State) URLScheme() string {
	if s.Secure {
		return "https"
	}
	return "http"
}

// ReloadThrottle is the longest that a proxy waits between two reloads.
func (s State) ReloadThrottle() time.Duration {
	var longest time.Duration
	for _, p := range s.Proxies {
		longest = max(longest, traefik.SettingsOf(p.Spec).Throttle)
	}
	return longest
}
