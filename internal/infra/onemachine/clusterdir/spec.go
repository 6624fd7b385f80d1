package clusterdir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
)

// Spec describes a cluster. `cluster up` writes it for the supervisor and for
// later commands.
type Spec struct {
	Nodes      int    `json:"nodes"`
	Programs   string `json:"programs"`   // folder of the compiled programs
	Kubernetes string `json:"kubernetes"` // the program with all components
	CNI        string `json:"cni"`        // folder of the CNI plugins
	Containerd string `json:"containerd"`
	Pause      string `json:"pause"` // image that holds a pod's namespaces
}

// ListNodes returns the nodes of the cluster.
func (s Spec) ListNodes() []topology.Node { return topology.FirstNodes(s.Nodes) }

// FindNode returns the node with that name, or a problem of kind NotFound.
func (s Spec) FindNode(name string) (topology.Node, error) {
	for _, n := range s.ListNodes() {
		if n.Name == name {
			return n, nil
		}
	}
	return topology.Node{}, problem.New(problem.NotFound, "version-manager cluster status", "there is no node %q", name)
}

// WriteSpec replaces the description of the cluster in d.
func (d Dir) WriteSpec(s Spec) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the cluster's description: %w", err)
	}
	return atomicfile.WriteFile(d.SpecFile(), append(content, '\n'), 0o600)
}

// HasCluster reports whether there is a cluster in d, running or not.
func (d Dir) HasCluster() bool {
	_, err := os.Stat(d.SpecFile())
	return err == nil
}

// ReadSpec returns the description of the cluster in d, or a problem of kind
// NotFound if there is no cluster.
func (d Dir) ReadSpec() (s Spec, err error) {
	content, err := os.ReadFile(d.SpecFile())
	if errors.Is(err, fs.ErrNotExist) {
		return s, problem.New(problem.NotFound, "version-manager cluster up", "there is no cluster on this machine")
	}
	if errors.Is(err, fs.ErrPermission) {
		return s, problem.Wrap(preflight.ErrNotRoot, problem.Failed, "", "the cluster on this machine belongs to root")
	}
	if err != nil {
		return s, fmt.Errorf("read the cluster's description: %w", err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("read the cluster's description %s: %w", d.SpecFile(), err)
	}
	if s.Nodes < 1 || s.Nodes > topology.MaxNodes {
		return s, fmt.Errorf("read the cluster's description %s: %d nodes", d.SpecFile(), s.Nodes)
	}
	return s, nil
}
