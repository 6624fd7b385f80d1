package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// traefikController is how Traefik signs its GatewayClass.
const traefikController = "traefik.io/gateway-controller"

// traefikSelector matches Traefik's pods and Services, whoever installed it.
const traefikSelector = "app.kubernetes.io/name=traefik"

const installHint = "version-manager install-ingress"

// gateway is what is known about the Gateway that the app's routes hang on,
// and about what makes it work.
type gateway struct {
	namespace, name string
	controller      string           // of its class; empty: not to be seen
	port            int              // of the listener that the app is reached by
	secure          bool             // that listener speaks TLS
	refused         string           // why it does not work; empty: it does
	proxies         []corev1.Pod     // Traefik's pods that are ready
	leaving         []corev1.Pod     // those that were told to end, and still serve who is connected to them
	homes           []string         // namespaces of all its pods, ready or not
	whole           bool             // homes has all in which there are proxies for sure
	services        []corev1.Service // that lead to them
}

// gatewayObject is the part of a Gateway that is of interest.
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

// lookAtGateway reads everything anew.
func (t *Target) lookAtGateway(ctx context.Context) (gateway, error) {
	var g gateway
	g.namespace, g.name = manifest.Gateway(config.App{Kubernetes: t.app.Config})
	o, err := t.app.Kube.Get(ctx, kube.Ref{Kind: "Gateway", Namespace: g.namespace, Name: g.name})
	switch {
	case kube.IsNoKind(err):
		return g, problem.New(problem.Failed, installHint, "the cluster has no Gateway API")
	case kube.IsNotFound(err):
		return g, problem.New(problem.Failed, installHint, "there is no Gateway %s/%s", g.namespace, g.name)
	case err != nil:
		return g, fmt.Errorf("look at the gateway: %w", err)
	}
	seen, err := kube.As[gatewayObject](o)
	if err != nil {
		return g, err
	}
	g.read(*seen)
	g.controller = t.controllerOf(ctx, seen.Spec.GatewayClassName)
	if !g.traefik() {
		return g, nil
	}
	if err := t.readProxies(ctx, &g); err != nil {
		return g, err
	}
	g.services, err = t.readProxyServices(ctx, g.namespace)
	return g, err
}

func (g *gateway) read(o gatewayObject) {
	plain := slices.IndexFunc(o.Spec.Listeners, func(l listener) bool { return l.Protocol == "HTTP" })
	secure := slices.IndexFunc(o.Spec.Listeners, func(l listener) bool { return l.Protocol == "HTTPS" })
	switch {
	case plain >= 0:
		g.port = int(o.Spec.Listeners[plain].Port)
	case secure >= 0:
		g.port, g.secure = int(o.Spec.Listeners[secure].Port), true
	default:
		g.refused = "it has no listener for HTTP"
	}
	for _, want := range []string{"Accepted", "Programmed"} {
		c := meta.FindStatusCondition(o.Status.Conditions, want)
		switch {
		case c == nil || c.Status == metav1.ConditionUnknown:
			g.refused = "no controller has taken it up yet"
		case c.Status == metav1.ConditionFalse:
			g.refused = fmt.Sprintf("%s: %s", c.Reason, c.Message)
		}
	}
}

// controllerOf is who serves a class. Not everybody may look at it, and nobody
// has to.
func (t *Target) controllerOf(ctx context.Context, class string) string {
	o, err := t.app.Kube.Get(ctx, kube.Ref{Kind: "GatewayClass", Name: class})
	if err != nil {
		return ""
	}
	return objects.TextField(o, "spec", "controllerName")
}

// traefik reports whether the gateway is Traefik, as far as can be seen.
func (g gateway) traefik() bool { return g.controller == "" || g.controller == traefikController }

// preflightGateway fails, with what to do, where a route would be obeyed by
// nobody.
func (t *Target) preflightGateway(ctx context.Context) error {
	g, err := t.gateway(ctx, 0)
	if err != nil {
		return err
	}
	if g.refused != "" {
		return problem.New(problem.Failed, installHint, "the Gateway %s/%s does not work: %s", g.namespace, g.name, g.refused)
	}
	return nil
}

// gateway is what is known about the gateway, at most so old.
func (t *Target) gateway(ctx context.Context, age time.Duration) (gateway, error) {
	d := &t.door
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.looked.IsZero() && time.Since(d.looked) < age {
		return d.gateway, nil
	}
	g, err := t.lookAtGateway(ctx)
	if err == nil {
		d.gateway, d.looked = g, time.Now()
	}
	return g, err
}
