package onemachine

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/network"
	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kube"
)

// Status is the answer of `cluster status`.
type Status struct {
	Running    bool      `json:"running"` // a supervisor is running
	Kubeconfig string    `json:"kubeconfig"`
	Nodes      []Node    `json:"nodes"`
	Processes  []Process `json:"processes"`
	Resident   int64     `json:"residentBytes"`     // memory of all processes; shared memory is counted once
	Trouble    string    `json:"trouble,omitempty"` // why the API server does not answer

	CertificatesUntil time.Time `json:"certificatesUntil,omitzero"` // when the first certificate expires
	Warnings          []string  `json:"warnings,omitempty"`         // each with what to do about it
}

// Node is one node of a Status.
type Node struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Address string `json:"address"`
	Netns   string `json:"netns"` // file of its network namespace, for nsenter --net=
	State   string `json:"state"` // one of the states below
	Ready   bool   `json:"ready"` // as the API server sees it
	Pods    int    `json:"pods"`
}

// States of a node.
const (
	stateReady    = "ready"
	stateNotReady = "not ready"
	stateKilled   = "killed"
	stateCut      = "cut off"
)

// ReadStatus reads the state of the cluster. A stopped cluster or an API server that does
// not answer is not an error.
func (c *Cluster) ReadStatus(ctx context.Context) (Status, error) {
	s, err := c.dir.ReadSpec()
	if err != nil {
		return Status{}, err
	}
	now := Status{Running: c.requireRunning() == nil, Kubeconfig: c.dir.KubeconfigFile(), Nodes: []Node{}, Processes: []Process{}}
	view, err := c.readServerView(ctx, now.Running)
	if err != nil {
		now.Trouble = err.Error()
	}
	now.checkCertificates(c.dir.KeysDir(), time.Now())
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		return now, err
	}
	records, err := supervision.ListRecords(c.dir.RecordsDir())
	if err != nil {
		return now, err
	}
	for _, n := range s.ListNodes() {
		now.Nodes = append(now.Nodes, c.nodeStatus(n, view))
		now.Processes = append(now.Processes, listProcesses(n, groups, records)...)
	}
	for _, p := range now.Processes {
		now.Resident += p.Resident
	}
	return now, nil
}

// checkCertificates warns before the first certificate expires. After that, the
// programs of the cluster cannot talk to each other. Certificates are renewed
// when the cluster starts.
func (s *Status) checkCertificates(dir string, now time.Time) {
	name, end, err := pki.EarliestExpiry(dir)
	if err != nil {
		s.Warnings = append(s.Warnings, err.Error())
		return
	}
	s.CertificatesUntil = end.UTC()
	const renew = "; to renew it: version-manager cluster stop && version-manager cluster up"
	switch left := end.Sub(now); {
	case end.IsZero():
	case left <= 0:
		s.Warnings = append(s.Warnings, fmt.Sprintf("the certificate %s expired on %s", name, end.Format(time.DateOnly))+renew)
	case left < pki.WarnBeforeExpiry:
		s.Warnings = append(s.Warnings, fmt.Sprintf("the certificate %s expires on %s", name, end.Format(time.DateOnly))+renew)
	}
}

// serverView is what the API server knows.
type serverView struct {
	nodes map[string]kubeNode
	pods  map[string]int // number of pods by node
}

func (c *Cluster) readServerView(ctx context.Context, running bool) (v serverView, err error) {
	if !running {
		return v, nil
	}
	client, err := c.openClient()
	if err != nil {
		return v, err
	}
	if v.nodes, err = listKubeNodes(ctx, client); err != nil {
		return v, err
	}
	pods, err := client.ListObjects(ctx, kube.Ref{Kind: "Pod", Namespace: kube.AllNamespaces}, "")
	if err != nil {
		return v, err
	}
	v.pods = map[string]int{}
	for i := range pods {
		if spec, ok := pods[i].Object["spec"].(map[string]any); ok {
			name, _ := spec["nodeName"].(string)
			v.pods[name]++
		}
	}
	return v, nil
}

func (c *Cluster) nodeStatus(n topology.Node, view serverView) Node {
	status := Node{
		Name: n.Name, Role: n.RoleName(), Address: n.Address, Netns: c.dir.NetworkNamespace(n.Name),
		State: stateNotReady, Ready: view.nodes[n.Name].isReady(), Pods: view.pods[n.Name],
	}
	switch {
	case c.dir.IsKilled(n.Name):
		status.State = stateKilled
	case network.NewNetwork(c.dir).IsCut(n):
		status.State = stateCut
	case status.Ready:
		status.State = stateReady
	}
	return status
}
