package onemachine

import (
	"testing"

	"version-manager/internal/kit/problem"
)

func TestNoCluster(t *testing.T) {
	c := OpenCluster(t.TempDir())
	if _, err := c.ReadStatus(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("status: %v", err)
	}
	if err := c.ShutDown(t.Context(), Options{Step: silent}); problem.KindOf(err) != problem.NotFound {
		t.Errorf("stop: %v", err)
	}
	if err := c.LoadImage(t.Context(), "server", nil); problem.KindOf(err) != problem.NotFound {
		t.Errorf("load an image: %v", err)
	}
}

// TestStatusOfStopped: what was made and does not run is no error.
func TestStatusOfStopped(t *testing.T) {
	c := OpenCluster(t.TempDir())
	if err := exampleSpec().write(c.dir.spec()); err != nil {
		t.Fatal(err)
	}
	if _, err := machineCgroups(); err != nil {
		t.Skip("needs control groups")
	}
	now, err := c.ReadStatus(t.Context())
	if err != nil || now.Running || len(now.Nodes) != 3 || now.Nodes[1].State != "not ready" {
		t.Errorf("%+v, %v", now, err)
	}
	if err := c.LoadImage(t.Context(), "worker-7", nil); problem.KindOf(err) != problem.NotFound {
		t.Errorf("load into a node that is not: %v", err)
	}
	if err := c.LoadImage(t.Context(), "server", nil); problem.KindOf(err) != problem.Failed {
		t.Errorf("load into a node that does not run: %v", err)
	}
}
