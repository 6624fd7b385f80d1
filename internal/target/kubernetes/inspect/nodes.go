package inspect

import (
	"cmp"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const roleLabelPrefix = "node-role.kubernetes.io/"

// listNodes describes the nodes. Without permission none exist.
func (i *Inspector) listNodes(ctx context.Context) ([]clusterstatus.Node, error) {
	nodes := []clusterstatus.Node{}
	found, err := objects.ListTyped[corev1.Node](ctx, i.app.Kube, kube.Ref{Kind: "Node"}, "")
	if kube.IsForbidden(err) {
		return nodes, nil
	}
	for _, n := range found {
		nodes = append(nodes, describeNode(n))
	}
	slices.SortFunc(nodes, func(a, b clusterstatus.Node) int { return cmp.Compare(a.Name, b.Name) })
	return nodes, err
}

func describeNode(n *corev1.Node) clusterstatus.Node {
	d := clusterstatus.Node{Name: n.Name, Roles: []string{}, Version: n.Status.NodeInfo.KubeletVersion, Created: n.CreationTimestamp.UTC()}
	for label := range n.Labels {
		if role, ok := strings.CutPrefix(label, roleLabelPrefix); ok {
			d.Roles = append(d.Roles, role)
		}
	}
	slices.Sort(d.Roles)
	for _, a := range n.Status.Addresses {
		if a.Type == corev1.NodeInternalIP && d.Address == "" {
			d.Address = a.Address
		}
	}
	d.Ready, d.Reason = NodeState(n)
	return d
}

// NodeState says whether a node runs pods, and why it does not or takes no new
// ones.
func NodeState(n *corev1.Node) (ready bool, reason string) {
	for _, c := range n.Status.Conditions {
		if c.Type != corev1.NodeReady {
			continue
		}
		if c.Status != corev1.ConditionTrue {
			return false, cmp.Or(c.Message, c.Reason)
		}
		if n.Spec.Unschedulable {
			return true, "accepts no new pods"
		}
		return true, ""
	}
	return false, "has not reported its status yet"
}
