package gateway

import (
	"cmp"
	"net"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

const (
	defaultNodePort = 30001 // of the gateway that install-ingress makes
	maxCandidates   = 5     // addresses of which one is tried
)

// EndpointGroups returns the addresses at which the listener may be reached
// from outside: node ports first, then load balancers or host ports. The
// addresses of a group are equivalent. nodes are the addresses of nodes.
func (s State) EndpointGroups(nodes []string) [][]string {
	var nodePorts, balanced, hostPorts []string
	for _, service := range s.Services {
		port, ok := s.servicePort(service)
		if !ok {
			continue
		}
		if port.NodePort > 0 {
			nodePorts = append(nodePorts, joinPort(s.serviceNodes(service, nodes), int(port.NodePort))...)
		}
		balanced = append(balanced, joinPort(service.Spec.ExternalIPs, int(port.Port))...)
		for _, in := range service.Status.LoadBalancer.Ingress {
			balanced = append(balanced, joinPort([]string{cmp.Or(in.IP, in.Hostname)}, int(port.Port))...)
		}
	}
	for _, p := range s.Proxies {
		if port, ok := s.hostPort(p); ok && p.Status.HostIP != "" {
			hostPorts = append(hostPorts, joinPort([]string{p.Status.HostIP}, port)...)
		}
	}
	if len(s.Services) == 0 && len(s.Proxies) == 0 {
		nodePorts = joinPort(nodes, defaultNodePort)
	}
	if len(balanced) == 0 {
		balanced = hostPorts
	}
	return [][]string{nodePorts, balanced}
}

// servicePort is the port of a Service that leads to the listener.
func (s State) servicePort(service corev1.Service) (corev1.ServicePort, bool) {
	i := slices.IndexFunc(service.Spec.Ports, func(p corev1.ServicePort) bool {
		if p.TargetPort.StrVal != "" {
			return s.isPortName(p.TargetPort.StrVal)
		}
		return p.TargetPort.IntValue() == s.Port
	})
	if i < 0 {
		return corev1.ServicePort{}, false
	}
	return service.Spec.Ports[i], true
}

// isPortName reports whether a proxy gives the listener's port that name.
func (s State) isPortName(name string) bool {
	return slices.ContainsFunc(s.Proxies, func(p corev1.Pod) bool {
		return slices.ContainsFunc(p.Spec.Containers, func(c corev1.Container) bool {
			return slices.ContainsFunc(c.Ports, func(cp corev1.ContainerPort) bool {
				return cp.Name == name && int(cp.ContainerPort) == s.Port
			})
		})
	})
}

// serviceNodes returns the nodes on which the node port of a Service answers.
func (s State) serviceNodes(service corev1.Service, nodes []string) (list []string) {
	if service.Spec.ExternalTrafficPolicy != corev1.ServiceExternalTrafficPolicyLocal {
		return nodes
	}
	for _, p := range s.Proxies {
		list = append(list, p.Status.HostIP)
	}
	return list
}

func (s State) hostPort(p corev1.Pod) (int, bool) {
	for _, c := range p.Spec.Containers {
		for _, port := range c.Ports {
			if int(port.ContainerPort) == s.Port && port.HostPort > 0 {
				return int(port.HostPort), true
			}
		}
	}
	return 0, false
}

func joinPort(hosts []string, port int) (list []string) {
	for _, h := range hosts[:min(len(hosts), maxCandidates)] {
		list = append(list, net.JoinHostPort(h, strconv.Itoa(port)))
	}
	return list
}
