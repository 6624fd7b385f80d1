package kubernetes

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	labelServer    = "node-role.kubernetes.io/control-plane"
	usualNodePort  = 30001 // of the gateway that install-ingress makes
	mostCandidates = 5     // addresses of which one is tried
)

func (g gateway) scheme() string {
	if g.secure {
		return "https"
	}
	return "http"
}

// groups are the kinds of ways in, the app's own port first. Each is a list of
// addresses that mean the same.
func (g gateway) groups(nodes []string) [][]string {
	var nodePorts, balanced, hostPorts []string
	for _, s := range g.services {
		port, ok := g.servicePort(s)
		if !ok {
			continue
		}
		if port.NodePort > 0 {
			nodePorts = append(nodePorts, at(g.nodesOf(s, nodes), int(port.NodePort))...)
		}
		balanced = append(balanced, at(s.Spec.ExternalIPs, int(port.Port))...)
		for _, in := range s.Status.LoadBalancer.Ingress {
			balanced = append(balanced, at([]string{cmp.Or(in.IP, in.Hostname)}, int(port.Port))...)
		}
	}
	for _, p := range g.proxies {
		if port, ok := g.hostPort(p); ok && p.Status.HostIP != "" {
			hostPorts = append(hostPorts, at([]string{p.Status.HostIP}, port)...)
		}
	}
	if len(g.services) == 0 && len(g.proxies) == 0 {
		nodePorts = at(nodes, usualNodePort)
	}
	if len(balanced) == 0 {
		balanced = hostPorts
	}
	return [][]string{nodePorts, balanced}
}

// servicePort is the port of a Service that leads to the listener.
func (g gateway) servicePort(s corev1.Service) (corev1.ServicePort, bool) {
	i := slices.IndexFunc(s.Spec.Ports, func(p corev1.ServicePort) bool {
		if p.TargetPort.StrVal != "" {
			return g.named(p.TargetPort.StrVal)
		}
		return p.TargetPort.IntValue() == g.port
	})
	if i < 0 {
		return corev1.ServicePort{}, false
	}
	return s.Spec.Ports[i], true
}

// named reports whether a proxy calls the listener's port by that name.
func (g gateway) named(name string) bool {
	return slices.ContainsFunc(g.proxies, func(p corev1.Pod) bool {
		return slices.ContainsFunc(p.Spec.Containers, func(c corev1.Container) bool {
			return slices.ContainsFunc(c.Ports, func(cp corev1.ContainerPort) bool {
				return cp.Name == name && int(cp.ContainerPort) == g.port
			})
		})
	})
}

// nodesOf are the nodes on which a Service's port answers.
func (g gateway) nodesOf(s corev1.Service, nodes []string) (list []string) {
	if s.Spec.ExternalTrafficPolicy != corev1.ServiceExternalTrafficPolicyLocal {
		return nodes
	}
	for _, p := range g.proxies {
		list = append(list, p.Status.HostIP)
	}
	return list
}

func (g gateway) hostPort(p corev1.Pod) (int, bool) {
	for _, c := range p.Spec.Containers {
		for _, port := range c.Ports {
			if int(port.ContainerPort) == g.port && port.HostPort > 0 {
				return int(port.HostPort), true
			}
		}
	}
	return 0, false
}

func at(hosts []string, port int) (list []string) {
	for _, h := range hosts[:min(len(hosts), mostCandidates)] {
		list = append(list, net.JoinHostPort(h, strconv.Itoa(port)))
	}
	return list
}

// nodeAddresses are those of the nodes that are ready, servers first: a
// cluster without its server is in other trouble. Nobody has to be allowed to
// look at nodes.
func (t *Target) nodeAddresses(ctx context.Context) (addresses []string, err error) {
	nodes, err := objects.ListTyped[corev1.Node](ctx, t.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nil, nil
	}
	nodes = slices.DeleteFunc(nodes, func(n *corev1.Node) bool { return !nodeReady(n) })
	slices.SortFunc(nodes, func(a, b *corev1.Node) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	for _, n := range nodes {
		if a := addressOf(n); a != "" {
			addresses = append(addresses, a)
		}
	}
	return addresses, err
}

func nodeReady(n *corev1.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

func rank(n *corev1.Node) int {
	if _, server := n.Labels[labelServer]; server {
		return 0
	}
	return 1
}

// addressOf is how a node is reached from outside, as far as it says.
func addressOf(n *corev1.Node) string {
	for _, kind := range []corev1.NodeAddressType{corev1.NodeExternalIP, corev1.NodeInternalIP} {
		for _, a := range n.Status.Addresses {
			if a.Type == kind {
				return a.Address
			}
		}
	}
	return ""
}
