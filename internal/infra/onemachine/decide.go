package onemachine

import (
	"fmt"

	"version-manager/internal/kit/problem"
)

// decide finds out how many nodes are wanted.
func (w *work) decide() error {
	if w.exists() {
		s, err := readSpec(w.dir.spec())
		if err != nil {
			return err
		}
		w.spec = s
	}
	have := w.spec.Nodes
	switch want := w.Nodes; {
	case want < 0 || want > maxNodes:
		return problem.New(problem.Usage, "version-manager cluster up --nodes 3", "a cluster has 1 to %d nodes", maxNodes)
	case want == 0 && have == 0:
		w.spec.Nodes = DefaultNodeCount
	case have == 0:
		w.spec.Nodes = want
	case want != 0 && want != have:
		return problem.New(problem.Failed, fmt.Sprintf("version-manager cluster down && version-manager cluster up --nodes %d", want),
			"the cluster has %d nodes, and that does not change while it exists", have)
	}
	return nil
}
