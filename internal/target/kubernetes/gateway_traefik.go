package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// usualThrottle is how long Traefik waits between two reloads unless it is
// told otherwise.
const usualThrottle = 2 * time.Second

// slowThrottle is from when on people should know about it.
const slowThrottle = time.Second

// settings is what a Traefik pod was told on its command line or by its
// environment. What stands in a file cannot be seen from here.
type settings struct {
	version    string // "v3.6.12"; empty: not to be seen
	gatewayAPI bool   // it reads the Gateway API
	nativeLB   bool   // it sends requests to Services instead of to pods
	throttle   time.Duration
}

func settingsOf(p corev1.Pod) settings {
	s := settings{throttle: usualThrottle}
	for _, c := range p.Spec.Containers {
		if !strings.Contains(c.Image, "traefik") {
			continue
		}
		s.version = imageVersion(c.Image)
		for _, a := range slices.Concat(c.Command, c.Args) {
			name, value, _ := strings.Cut(strings.TrimLeft(a, "-"), "=")
			s.set(name, value)
		}
		for _, e := range c.Env {
			if name, ok := strings.CutPrefix(e.Name, "TRAEFIK_"); ok {
				s.set(strings.ReplaceAll(name, "_", "."), e.Value)
			}
		}
	}
	return s
}

func (s *settings) set(name, value string) {
	switch name = strings.ToLower(name); {
	case name == "providers.kubernetesgateway":
		s.gatewayAPI = on(value)
	case name == "providers.kubernetesgateway.nativelbbydefault":
		s.nativeLB = on(value)
	case strings.HasPrefix(name, "providers.kubernetesgateway."):
		s.gatewayAPI = true
	case name == "providers.providersthrottleduration":
		s.throttle = duration(value, s.throttle)
	}
}

func on(value string) bool {
	b, err := strconv.ParseBool(value)
	return b || err != nil // the name alone switches it on
}

// duration reads one as Traefik does, to which a bare number is seconds.
func duration(text string, otherwise time.Duration) time.Duration {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return otherwise
	}
	return d
}

// imageVersion is the tag of an image, if it is a version.
func imageVersion(image string) string {
	image, _, _ = strings.Cut(image, "@")
	i := strings.LastIndexByte(image, ':')
	if i < 0 || strings.Contains(image[i:], "/") {
		return ""
	}
	tag := strings.TrimPrefix(image[i+1:], "v")
	if tag == "" || tag[0] < '0' || tag[0] > '9' {
		return ""
	}
	return "v" + tag
}

// throttle is the longest that a proxy waits between two reloads.
func (g gateway) throttle() time.Duration {
	var longest time.Duration
	for _, p := range g.proxies {
		longest = max(longest, settingsOf(p).throttle)
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
		about := strings.TrimSpace("Traefik " + s.version)
		if s.throttle >= slowThrottle {
			warn("%s: reload throttle %s (providersThrottleDuration): a switch takes up to %s longer", about, s.throttle, s.throttle)
		}
		if s.nativeLB {
			warn("%s sends requests to Services instead of to pods (nativeLBByDefault): pods that end may still get requests for a moment", about)
		}
		if strings.HasPrefix(s.version, "v1.") || strings.HasPrefix(s.version, "v2.") || strings.HasPrefix(s.version, "v3.0.") {
			warn("%s reads no Gateway API as of today: it will not obey the route", about)
		}
	}
	if len(g.proxies) == 1 {
		warn("there is one Traefik pod: nobody is answered while it is replaced")
	}
	return list
}

// blind says why there is no proxy to ask.
func (g gateway) blind() string {
	if !g.traefik() {
		return fmt.Sprintf("the gateway is %s, whose proxies cannot be asked one by one", g.controller)
	}
	return "no Traefik pod is ready, or its pods may not be seen"
}

// distinct are the settings that occur.
func distinct(pods []corev1.Pod) (list []settings) {
	for _, p := range pods {
		if s := settingsOf(p); !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
