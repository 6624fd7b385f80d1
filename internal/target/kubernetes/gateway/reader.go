package gateway

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/traefik"
)

// DefaultMaxAge is how old a state may be where it need not be current.
const DefaultMaxAge = 10 * time.Second

// traefikSelector matches Traefik's pods and Services, anyone who installed it.
const traefikSelector = "app.kubernetes.io/name=traefik"

const installCommand = "version-manager install-ingress"

// Reader reads the state of the Gateway and remembers it for a while.
type Reader struct {
	app *objects.App

	mu     sync.Mutex
	state  State
	readAt time.Time
}

// NewReader returns a reader that makes no requests before it is used.
func NewReader(app *objects.App) *Reader { return &Reader{app: app} }

// ReadState returns the state, which is at most maxAge old. Zero reads it
// again.
func (r *Reader) ReadState(ctx context.Context, maxAge time.Duration) (State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.readAt.IsZero() && time.Since(r.readAt) < maxAge {
		return r.state, nil
	}
	s, err := r.readNow(ctx)
	if err == nil {
		r.state, r.readAt = s, time.Now()
	}
	return s, err
}

func (r *Reader) readNow(ctx context.Context) (State, error) {
	var s State
	s.Namespace, s.Name = manifest.GatewayOf(config.App{Kubernetes: r.app.Config})
	o, err := r.app.Kube.GetObject(ctx, kube.Ref{Kind: "Gateway", Namespace: s.Namespace, Name: s.Name})
	switch {
	case kube.IsNoKind(err):
		return s, problem.New(problem.Failed, installCommand, "the cluster has no Gateway API")
	case kube.IsNotFound(err):
		return s, problem.New(problem.Failed, installCommand, "there is no Gateway %s/%s", s.Namespace, s.Name)
	case err != nil:
		return s, fmt.Errorf("read the gateway: %w", err)
	}
	typed, err := kube.ConvertObject[gatewayObject](o)
	if err != nil {
		return s, err
	}
	s.readObject(*typed)
	s.Controller = r.readController(ctx, typed.Spec.GatewayClassName)
	if !s.isTraefik() {
		return s, nil
	}
	if err := r.readProxies(ctx, &s); err != nil {
		return s, err
	}
	s.Services, err = r.readServices(ctx, s.Namespace)
	return s, err
}

// readController reads who serves a class. Not everybody may read it, and
// nobody has to.
func (r *Reader) readController(ctx context.Context, class string) string {
	o, err := r.app.Kube.GetObject(ctx, kube.Ref{Kind: "GatewayClass", Name: class})
	if err != nil {
		return ""
	}
	return objects.TextField(o, "spec", "controllerName")
}

// readProxies lists Traefik's pods. Of several Traefiks only those count that
// serve the Gateway API: K3s comes with one that does not.
func (r *Reader) readProxies(ctx context.Context, s *State) error {
	all, whole, err := listTraefik[corev1.Pod](ctx, r.app.Kube, "Pod", s.Namespace)
	if err != nil {
		return fmt.Errorf("list the gateway's pods: %w", err)
	}
	serving := slices.DeleteFunc(slices.Clone(all), func(p corev1.Pod) bool { return !traefik.SettingsOf(p.Spec).Gateway })
	if len(serving) > 0 {
		all, s.Complete = serving, whole
	}
	for _, p := range all {
		s.Namespaces = append(s.Namespaces, p.Namespace)
		switch {
		case pods.IsReady(&p):
			s.Proxies = append(s.Proxies, p)
		case p.DeletionTimestamp != nil && !pods.HasEnded(&p):
			s.Leaving = append(s.Leaving, p)
		}
	}
	return nil
}

func (r *Reader) readServices(ctx context.Context, namespace string) ([]corev1.Service, error) {
	list, _, err := listTraefik[corev1.Service](ctx, r.app.Kube, "Service", namespace)
	if err != nil {
		return nil, fmt.Errorf("list the gateway's services: %w", err)
	}
	return list, nil
}

// listTraefik lists what is Traefik's, in all namespaces or at least in the
// Gateway's. Where even that is forbidden, it finds nothing.
func listTraefik[T any](ctx context.Context, c kube.Cluster, kind, namespace string) (list []T, whole bool, err error) {
	found, whole, err := objects.ListAround(ctx, c, kind, namespace, traefikSelector)
	if kube.IsForbidden(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	typed, err := objects.ConvertList[T](found)
	for _, v := range typed {
		list = append(list, *v)
	}
	return list, whole, err
}

// CheckUsable fails, with what to do, if no proxy would follow a route.
func (r *Reader) CheckUsable(ctx context.Context) error {
	s, err := r.ReadState(ctx, 0)
	if err != nil {
		return err
	}
	if s.Refused != "" {
		return problem.New(problem.Failed, installCommand, "the Gateway %s/%s does not work: %s", s.Namespace, s.Name, s.Refused)
	}
	return nil
}

// ProxyNamespaces returns the namespaces that the app's network policy must
// admit: the Gateway's, and those in which its proxies run. Both colors share
// one policy. So if not all proxies can be seen, or none at the moment, the
// namespaces that the policy admits now stay admitted.
func (r *Reader) ProxyNamespaces(ctx context.Context) ([]string, error) {
	own, _ := manifest.GatewayOf(r.app.RouteApp().Release.Config)
	list := []string{own}
	s, err := r.ReadState(ctx, DefaultMaxAge)
	if err == nil {
		list = append(list, s.Namespaces...)
	}
	if err != nil || !s.Complete {
		admitted, err := r.admittedNow(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, admitted...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// admittedNow returns the namespaces that the live policy admits.
func (r *Reader) admittedNow(ctx context.Context) ([]string, error) {
	o, err := r.app.Kube.GetObject(ctx, r.app.ObjectRef("NetworkPolicy", r.app.Name))
	if kube.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the network policy: %w", err)
	}
	return manifest.AdmittedNamespaces(o)
}
