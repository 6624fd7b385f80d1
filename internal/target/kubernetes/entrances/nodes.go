package entrances

import (
	"cmp"
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const controlPlaneLabel = "node-role.kubernetes.io/control-plane"

// nodeAddresses returns the addresses of ready nodes, those of the control
// plane first: a cluster without it has other problems. Without permission to
// list nodes none exist.
func (f *Finder) nodeAddresses(ctx context.Context) (addresses []string, err error) {
	nodes, err := objects.ListTyped[corev1.Node](ctx, f.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nil, nil
	}
	nodes = slices.DeleteFunc(nodes, func(n *corev1.Node) bool { return !isNodeReady(n) })
	slices.SortFunc(nodes, func(a, b *corev1.Node) int {
		return cmp.Or(cmp.Compare(nodeRank(a), nodeRank(b)), cmp.Compare(a.Name, b.Name))
	})
	for _, n := range nodes {
		if a := nodeAddress(n); a != "" {
			addresses = append(addresses, a)
		}
	}
	return addresses, err
}

func isNodeReady(n *corev1.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

func nodeRank(n *corev1.Node) int {
	if _, server := n.Labels[controlPlaneLabel]; server {
		return 0
	}
	return 1
}

// nodeAddress is how a node is reached from outside, as far as it says.
func nodeAddress(n *corev1.Node) string {
	for _, kind := range []corev1.NodeAddressType{corev1.NodeExternalIP, corev1.NodeInternalIP} {
		for _, a := range n.Status.Addresses {
			if a.Type == kind {
				return a.Address
			}
		}
	}
	return ""
}
