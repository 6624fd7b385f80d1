package onemachine

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// Status is what there is of a cluster.
type Status struct {
	Running    bool      `json:"running"` // it is kept alive
	Kubeconfig string    `json:"kubeconfig"`
	Nodes      []Node    `json:"nodes"`
	Processes  []Process `json:"processes"`
	Resident   int64     `json:"residentBytes"` // memory of all processes together; what they share is counted once
	Trouble    string    `json:"trouble,omitempty"`

	CertificatesUntil time.Time `json:"certificatesUntil,omitzero"` // when the first of its certificates ends
	Warnings          []string  `json:"warnings,omitempty"`         // what somebody has to do
}

// Node is one node as its owner sees it.
type Node struct {
	Name    string `json:"name"`
	Role    string `json:"role"`
	Address string `json:"address"`
	Netns   string `json:"netns"` // file of its network namespace, for nsenter --net=
	State   string `json:"state"` // "ready", "not ready", "killed", "cut off"
	Ready   bool   `json:"ready"` // as the API server sees it
	Pods    int    `json:"pods"`
}

// Process is one of our programs, or all that the pods of a node consist of.
type Process struct {
	Node     string `json:"node"`
	Name     string `json:"name"`
	PID      int    `json:"pid,omitempty"` // 0: several, or none at this moment
	Resident int64  `json:"residentBytes"`
	Restarts int    `json:"restarts"`
	Ended    string `json:"ended,omitempty"` // how it ended before
}

// Names of what has no process of its own.
const (
	inPods = "pods"  // containers and their sandboxes
	shims  = "shims" // what stands between containerd and them
)

// lookAtCertificates warns before the first one ends, after which the programs
// of the cluster do not talk to each other any more. They are renewed when the
// cluster is started, and read by its programs then.
func (s *Status) lookAtCertificates(dir string, now time.Time) {
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
	case left < pki.ExpiresSoon:
		s.Warnings = append(s.Warnings, fmt.Sprintf("the certificate %s expires on %s", name, end.Format(time.DateOnly))+renew)
	}
}

// ReadStatus looks. A cluster that does not run, or whose API server does not
// answer, is no error.
func (c *Cluster) ReadStatus(ctx context.Context) (Status, error) {
	s, err := readSpec(c.dir.spec())
	if err != nil {
		return Status{}, err
	}
	now := Status{Running: c.mustRun() == nil, Kubeconfig: c.dir.kubeconfig(), Nodes: []Node{}, Processes: []Process{}}
	seen, err := c.seen(ctx, now.Running)
	if err != nil {
		now.Trouble = err.Error()
	}
	now.lookAtCertificates(c.dir.keys(), time.Now())
	groups, err := machineCgroups()
	if err != nil {
		return now, err
	}
	records, err := readRecords(c.dir.records())
	if err != nil {
		return now, err
	}
	for _, n := range s.nodes() {
		now.Nodes = append(now.Nodes, c.look(n, seen))
		now.Processes = append(now.Processes, processesOf(n, groups, records)...)
	}
	for _, p := range now.Processes {
		now.Resident += p.Resident
	}
	return now, nil
}

// mustRun returns a problem if there is nobody who keeps the cluster alive.
func (c *Cluster) mustRun() error {
	id, err := c.dir.readSupervisor()
	if err != nil {
		return err
	}
	if !id.Alive() {
		return problem.New(problem.Failed, "version-manager cluster up", "the cluster does not run")
	}
	return nil
}

// seen is the view of the API server.
type seen struct {
	nodes map[string]kubeNode
	pods  map[string]int // by node
}

func (c *Cluster) seen(ctx context.Context, running bool) (s seen, err error) {
	if !running {
		return s, nil
	}
	client, err := c.client()
	if err != nil {
		return s, err
	}
	if s.nodes, err = kubeNodes(ctx, client); err != nil {
		return s, err
	}
	pods, err := client.List(ctx, kube.Ref{Kind: "Pod", Namespace: kube.AllNamespaces}, "")
	if err != nil {
		return s, err
	}
	s.pods = map[string]int{}
	for i := range pods {
		if spec, ok := pods[i].Object["spec"].(map[string]any); ok {
			name, _ := spec["nodeName"].(string)
			s.pods[name]++
		}
	}
	return s, nil
}

func (c *Cluster) look(n node, s seen) Node {
	at := Node{
		Name: n.Name, Role: n.role(), Address: n.Address, Netns: c.dir.netns(n.Name),
		State: "not ready", Ready: s.nodes[n.Name].ready(), Pods: s.pods[n.Name],
	}
	switch {
	case c.dir.isKilled(n.Name):
		at.State = "killed"
	case (network{c.dir}).isCut(n):
		at.State = "cut off"
	case at.Ready:
		at.State = "ready"
	}
	return at
}
