package onemachine

import (
	"testing"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/problem"
)

func TestChooseNodeCount(t *testing.T) {
	const most = topology.MaxNodes
	for _, tt := range []struct {
		name         string
		have, wanted int
		want         int // 0: refused
	}{
		{"new cluster", 0, 0, DefaultNodeCount},
		{"new cluster with one node", 0, 1, 1},
		{"new cluster with the most nodes", 0, most, most},
		{"too many nodes", 0, most + 1, 0},
		{"negative number", 0, -1, 0},
		{"existing cluster", 4, 0, 4},
		{"same number again", 4, 4, 4},
		{"fewer nodes", 4, 3, 0},
		{"more nodes", 4, 5, 0},
	} {
		c := OpenCluster(t.TempDir())
		if tt.have > 0 {
			if err := c.dir.WriteSpec(clusterdir.Spec{Nodes: tt.have}); err != nil {
				t.Fatal(err)
			}
		}
		op := c.newOperation(Options{Nodes: tt.wanted})
		if err := op.chooseNodeCount(); (err == nil) != (tt.want > 0) || err == nil && op.spec.Nodes != tt.want {
			t.Errorf("%s: %d nodes, %v", tt.name, op.spec.Nodes, err)
		}
	}
}

// TestLockCluster: a second command is refused while the first one works.
func TestLockCluster(t *testing.T) {
	c := OpenCluster(t.TempDir())
	lock, err := c.lockCluster()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.lockCluster(); problem.KindOf(err) != problem.LockHeld {
		t.Errorf("second lock: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := c.lockCluster()
	if err != nil {
		t.Fatalf("after the first command: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}
