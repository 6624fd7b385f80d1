package onemachine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
)

// spec is what was asked for and found, as `up` writes it down for the
// supervisor and for the next call.
type spec struct {
	Nodes      int    `json:"nodes"`
	Programs   string `json:"programs"`   // folder of what was built
	Kubernetes string `json:"kubernetes"` // the program with all components
	CNI        string `json:"cni"`        // folder of the CNI plugins
	Containerd string `json:"containerd"`
	Pause      string `json:"pause"` // image that holds a pod's namespaces
}

func (s spec) nodes() []node { return nodes(s.Nodes) }

// node finds one by its name.
func (s spec) node(name string) (node, error) {
	for _, n := range s.nodes() {
		if n.Name == name {
			return n, nil
		}
	}
	return node{}, problem.New(problem.NotFound, "version-manager cluster status", "there is no node %q", name)
}

func (s spec) write(path string) error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write down the cluster: %w", err)
	}
	return atomicfile.Write(path, append(content, '\n'), 0o600)
}

// readSpec returns the problem of kind NotFound where there is no cluster.
func readSpec(path string) (s spec, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, problem.New(problem.NotFound, "version-manager cluster up", "there is no cluster on this machine")
	}
	if errors.Is(err, fs.ErrPermission) {
		return s, problem.Wrap(ErrNotRoot, problem.Failed, "", "the cluster of this machine belongs to root")
	}
	if err != nil {
		return s, fmt.Errorf("read the cluster: %w", err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("read the cluster %s: %w", path, err)
	}
	if s.Nodes < 1 || s.Nodes > maxNodes {
		return s, fmt.Errorf("read the cluster %s: %d nodes", path, s.Nodes)
	}
	return s, nil
}
