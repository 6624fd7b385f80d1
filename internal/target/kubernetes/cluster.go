package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"golang.org/x/sync/errgroup"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// LocateCluster names the cluster and the namespace without contacting anybody.
func (t *Target) LocateCluster() clusterstatus.Cluster {
	where := clusterstatus.Cluster{Context: t.where.Context(), Server: t.where.Server(), Namespace: t.app.Namespace}
	if w, ok := t.where.(interface{ Authority() string }); ok {
		where.Authority = w.Authority()
	}
	return where
}

// DescribeCluster looks at what is around the app: for people, who ask less
// often than the engine looks.
func (t *Target) DescribeCluster(ctx context.Context) (*clusterstatus.Cluster, error) {
	c := t.LocateCluster()
	g, all := errgroup.WithContext(ctx)
	g.Go(func() (err error) { c.Version, err = t.app.Kube.Version(all); return err })
	g.Go(func() (err error) { c.Nodes, err = t.nodes(all); return err })
	g.Go(func() (err error) { c.Services, err = t.services(all); return err })
	g.Go(func() (err error) { c.Scaler, err = t.scaling(all); return err })
	g.Go(func() error {
		events, err := t.app.ListEvents(all)
		c.Events = recent(events, time.Now())
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("look around in cluster %s: %w", c.Context, err)
	}
	c.Warnings = t.warnings(ctx, c)
	return &c, nil
}

// nodes are the machines. Who may not see them is shown none.
func (t *Target) nodes(ctx context.Context) ([]clusterstatus.Node, error) {
	nodes := []clusterstatus.Node{}
	found, err := objects.ListTyped[corev1.Node](ctx, t.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nodes, nil
	}
	for _, n := range found {
		nodes = append(nodes, node(n))
	}
	slices.SortFunc(nodes, func(a, b clusterstatus.Node) int { return cmp.Compare(a.Name, b.Name) })
	return nodes, err
}

func node(n *corev1.Node) clusterstatus.Node {
	d := clusterstatus.Node{Name: n.Name, Roles: []string{}, Version: n.Status.NodeInfo.KubeletVersion, Created: n.CreationTimestamp.UTC()}
	for label := range n.Labels {
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok {
			d.Roles = append(d.Roles, role)
		}
	}
	slices.Sort(d.Roles)
	for _, a := range n.Status.Addresses {
		if a.Type == corev1.NodeInternalIP && d.Address == "" {
			d.Address = a.Address
		}
	}
	d.Ready, d.Reason = nodeState(n)
	return d
}

// nodeState says whether pods can be started on a node, and why not.
func nodeState(n *corev1.Node) (bool, string) {
	for _, c := range n.Status.Conditions {
		if c.Type != corev1.NodeReady {
			continue
		}
		if c.Status != corev1.ConditionTrue {
			return false, cmp.Or(c.Message, c.Reason)
		}
		if n.Spec.Unschedulable {
			return true, "takes no new pods"
		}
		return true, ""
	}
	return false, "has not reported yet"
}

// services are the names in the app's namespace that lead to its instances.
func (t *Target) services(ctx context.Context) ([]clusterstatus.Service, error) {
	services := []clusterstatus.Service{}
	found, err := objects.ListTyped[corev1.Service](ctx, t.app.Kube, t.app.ObjectRef("Service", ""), t.app.LabelSelector())
	if err != nil {
		return nil, err
	}
	slices, err := objects.ListTyped[discoveryv1.EndpointSlice](ctx, t.app.Kube, t.app.ObjectRef("EndpointSlice", ""), "")
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		services = append(services, clusterstatus.Service{
			Name: s.Name, Type: string(s.Spec.Type), Address: s.Spec.ClusterIP, Ports: ports(s.Spec.Ports), Ready: endpoints(slices, s.Name),
		})
	}
	return services, nil
}

func ports(list []corev1.ServicePort) []string {
	texts := []string{}
	for _, p := range list {
		text := fmt.Sprint(p.Port)
		if p.NodePort > 0 {
			text = fmt.Sprintf("%d:%d", p.Port, p.NodePort)
		}
		texts = append(texts, text+"/"+string(p.Protocol))
	}
	return texts
}

// endpoints counts the ready ones behind a Service.
func endpoints(slices []*discoveryv1.EndpointSlice, service string) int {
	n := 0
	for _, s := range slices {
		if s.Labels[discoveryv1.LabelServiceName] != service {
			continue
		}
		for _, e := range s.Endpoints {
			if e.Conditions.Ready != nil && *e.Conditions.Ready {
				n++
			}
		}
	}
	return n
}

// scaling is what the autoscaler does, nil if there is none.
func (t *Target) scaling(ctx context.Context) (*clusterstatus.Scaler, error) {
	o, err := t.app.ReadScaler(ctx)
	if err != nil || o == nil {
		return nil, err
	}
	h, err := kube.As[autoscalingv2.HorizontalPodAutoscaler](o)
	if err != nil {
		return nil, err
	}
	s := &clusterstatus.Scaler{
		Color:   color.Color(strings.TrimPrefix(h.Spec.ScaleTargetRef.Name, t.app.Name+"-")),
		Min:     leastOf(o),
		Max:     int(h.Spec.MaxReplicas),
		Current: int(h.Status.CurrentReplicas),
		Desired: int(h.Status.DesiredReplicas),
		Metrics: []clusterstatus.Metric{},
	}
	for _, m := range h.Spec.Metrics {
		s.Metrics = append(s.Metrics, metric(m, h.Status.CurrentMetrics))
	}
	return s, nil
}

func metric(m autoscalingv2.MetricSpec, now []autoscalingv2.MetricStatus) clusterstatus.Metric {
	if m.ContainerResource == nil {
		return clusterstatus.Metric{Name: string(m.Type)}
	}
	d := clusterstatus.Metric{Name: string(m.ContainerResource.Name)}
	if u := m.ContainerResource.Target.AverageUtilization; u != nil {
		d.Target = int(*u)
	}
	for _, s := range now {
		r := s.ContainerResource
		if r != nil && r.Name == m.ContainerResource.Name && r.Current.AverageUtilization != nil {
			d.Current = new(int(*r.Current.AverageUtilization))
		}
	}
	return d
}
