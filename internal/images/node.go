package images

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"strings"

	"version-manager/internal/kit/names"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// node is what matters of one for bringing images to it.
type node struct {
	name     string
	address  string
	platform platform
	id       string // changes when the node is recreated or restarted
	ready    bool
	has      map[string]bool // images, as far as the kubelet lists them
}

// apiNode is the part of a Node that is read.
type apiNode struct {
	Metadata struct {
		Name string `json:"name"`
		UID  string `json:"uid"`
	} `json:"metadata"`
	Spec struct {
		Unschedulable bool `json:"unschedulable"`
		Taints        []struct {
			Key    string `json:"key"`
			Effect string `json:"effect"`
		} `json:"taints"`
	} `json:"spec"`
	Status struct {
		NodeInfo struct {
			OperatingSystem string `json:"operatingSystem"`
			Architecture    string `json:"architecture"`
			MachineID       string `json:"machineID"`
			BootID          string `json:"bootID"`
		} `json:"nodeInfo"`
		Conditions []struct {
			Type   string `json:"type"`
			Status string `json:"status"`
		} `json:"conditions"`
		Addresses []struct {
			Type    string `json:"type"`
			Address string `json:"address"`
		} `json:"addresses"`
		Images []struct {
			Names []string `json:"names"`
		} `json:"images"`
	} `json:"status"`
}

// listNodes lists those that take pods like ours, the ones that are not ready
// included: only a taint of somebody's, or a cordon, keeps pods away.
func listNodes(ctx context.Context, c kube.Cluster) ([]node, error) {
	list, err := c.ListObjects(ctx, kube.Ref{Kind: "Node"}, "")
	if err != nil {
		return nil, err
	}
	var found []node
	for i := range list {
		n, err := kube.ConvertObject[apiNode](&list[i])
		if err != nil {
			return nil, err
		}
		if !names.IsDNS1123Subdomain(n.Metadata.Name) {
			return nil, problem.New(problem.Failed, c.KubectlCommand("", "get nodes"), "the cluster has a node %q, which is not a valid node name", n.Metadata.Name)
		}
		if !n.isClosed() {
			found = append(found, n.parseNode())
		}
	}
	return found, nil
}

// isClosed tells whether pods are kept away. What the cluster itself taints,
// such as a node that does not answer, comes back.
func (n *apiNode) isClosed() bool {
	for _, t := range n.Spec.Taints {
		if t.Effect != "PreferNoSchedule" && !strings.HasPrefix(t.Key, "node.kubernetes.io/") {
			return true
		}
	}
	return n.Spec.Unschedulable
}

func (n *apiNode) parseNode() node {
	info := n.Status.NodeInfo
	found := node{
		name:     n.Metadata.Name,
		platform: platform{info.OperatingSystem, info.Architecture},
		id:       fmt.Sprintf("%s/%s/%s", n.Metadata.UID, info.MachineID, info.BootID),
		has:      map[string]bool{},
	}
	for _, c := range n.Status.Conditions {
		found.ready = found.ready || c.Type == "Ready" && c.Status == "True"
	}
	found.address = cmp.Or(n.nodeAddress("InternalIP"), n.nodeAddress("ExternalIP"))
	for _, i := range n.Status.Images {
		for _, name := range i.Names {
			found.has[name] = true
		}
	}
	return found
}

// nodeAddress is the first one of a type: where a node has two families, the
// first is that of the cluster.
func (n *apiNode) nodeAddress(kind string) string {
	for _, a := range n.Status.Addresses {
		if a.Type == kind {
			return a.Address
		}
	}
	return ""
}

// fillCommand puts the node into the arguments of a command. A node reports its own
// address, and the command runs on this machine: an attacker who controls a node
// must not be able to hand ssh an option, or a shell a command.
func (n node) fillCommand(command []string) ([]string, error) {
	if strings.Contains(strings.Join(command, " "), "{address}") && !isIP(n.address) {
		return nil, problem.New(problem.Failed, "kubectl get node "+n.name+" -o jsonpath='{.status.addresses}'",
			"node %s reports %q, which is not an IP address", n.name, n.address)
	}
	words := strings.NewReplacer("{node}", n.name, "{address}", n.address)
	argv := make([]string, len(command))
	for i, w := range command {
		argv[i] = words.Replace(w)
	}
	return argv, nil
}

// isIP refuses a zone, which may be any text.
func isIP(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && address.Zone() == ""
}

func nodeNames(nodes []node) string {
	var list []string
	for _, n := range nodes {
		list = append(list, n.name)
	}
	return strings.Join(list, ", ")
}
