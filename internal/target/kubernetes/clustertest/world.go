// Package clustertest is a cluster in memory for the tests of the Kubernetes
// target and its parts: an API server, a Traefik that follows its routes, and
// what controllers would have done.
//
// It knows no part of the target above package objects.
package clustertest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/target/kubernetes/objects"
)

// World is a cluster in memory with a node, a Gateway and one Traefik pod,
// for app "shop" in namespace "shop".
type World struct {
	*testing.T
	Server    *kubetest.Server
	Traefik   *Traefik
	Network   *Network
	Namespace string
	Config    config.Kubernetes // of apps that are opened from now on
}

// NewWorld returns a world that ends with the test.
func NewWorld(t *testing.T) *World {
	w := &World{T: t, Server: kubetest.NewServer(t), Network: &Network{}, Namespace: "shop"}
	w.Traefik = newTraefik(w)
	w.PutJSON(`{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "server"}, "status": {
		"conditions": [{"type": "Ready", "status": "True"}], "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}]}}`)
	w.PutJSON(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "traefik"},
		"spec": {"controllerName": "traefik.io/gateway-controller"}}`)
	w.PutGateway("True")
	w.PutProxy("traefik-1")
	w.PutJSON(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}`)
	w.PutJSON(`{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"namespace": "shop", "name": "shop-none-1",
		"labels": {"kubernetes.io/service-name": "shop-none"}}, "endpoints": []}`)
	return w
}

// Must ends the test if there is an error.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Client is a connection to the cluster. Only Traefik's pods can be dialed.
func (w *World) Client() kube.Cluster {
	return trafficCluster{w.Server.NewClient(w, w.Namespace), w.Traefik}
}

// OpenApp is another process's view of the app.
func (w *World) OpenApp() *objects.App {
	c := w.Config
	c.Namespace = w.Namespace
	return objects.NewApp(w.Client(), "shop", c)
}

// PutJSON creates or replaces an object.
func (w *World) PutJSON(json string) {
	w.Helper()
	var o kube.Object
	w.Must(o.UnmarshalJSON([]byte(json)))
	w.Server.PutObject(&o)
}

// PutGateway replaces the Gateway; programmed is the status of that condition.
func (w *World) PutGateway(programmed string) {
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "version-manager", "namespace": "traefik"},
		"spec": {"gatewayClassName": "traefik", "listeners": [{"name": "web", "port": 8000, "protocol": "HTTP"}]},
		"status": {"conditions": [{"type": "Accepted", "status": "True"}, {"type": "Programmed", "status": %q, "reason": "Invalid", "message": "no address"}]}}`, programmed))
}

// PutProxy creates a ready pod of Traefik, with additional arguments.
func (w *World) PutProxy(name string, args ...string) {
	args = append([]string{"--providers.kubernetesgateway=true", "--providers.providersthrottleduration=100ms"}, args...)
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": %q, "namespace": "traefik", "labels": {"app.kubernetes.io/name": "traefik"}},
		"spec": {"containers": [{"name": "traefik", "image": "docker.io/traefik:v3.6.12", "args": ["%s"], "ports": [{"name": "web", "containerPort": 8000}]}]},
		"status": {"conditions": [{"type": "Ready", "status": "True"}], "hostIP": "127.0.0.1"}}`, name, strings.Join(args, `","`)))
}

// PutColor creates a color with one ready pod.
func (w *World) PutColor(c color.Color) {
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop-%[1]s", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %[1]q}},
		"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}}}]}}}}`, c))
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop-%[1]s-1", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/color": %[1]q}},
		"status": {"conditions": [{"type": "Ready", "status": "True"}]}}`, c))
}

// GetObject returns an object of namespace "shop", nil if it does not exist.
func (w *World) GetObject(kind, name string) *kube.Object {
	return w.Server.GetObject(kind, "shop", name)
}

// DeleteObject deletes an object as somebody else would. A missing one is not
// an error.
func (w *World) DeleteObject(kind, name string) {
	r := kube.Ref{Kind: kind, Namespace: "shop", Name: name}
	if err := w.Server.NewClient(w, "shop").DeleteObject(context.Background(), r); err != nil && !kube.IsNotFound(err) {
		w.Error(err)
	}
}

// ChangeObject changes an object as somebody else would.
func (w *World) ChangeObject(kind, name string, change func(*kube.Object)) {
	o := w.GetObject(kind, name)
	change(o)
	w.Server.PutObject(o)
}

// trafficCluster leads connections into Traefik's pods.
type trafficCluster struct {
	kube.Cluster
	traefik *Traefik
}

var _ kube.Cluster = trafficCluster{}

func (c trafficCluster) DialPod(ctx context.Context, namespace, pod string, port int) (net.Conn, error) {
	if namespace != "traefik" || port != 8000 {
		return nil, fmt.Errorf("nobody listens at %s/%s:%d", namespace, pod, port)
	}
	return c.traefik.DialPod(ctx, pod)
}
