package clusterdir

import (
	"fmt"
	"os"
	"testing"

	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/problem"
)

func TestSpecRoundTrip(t *testing.T) {
	dir := Dir(t.TempDir())
	if _, err := dir.ReadSpec(); problem.KindOf(err) != problem.NotFound || dir.HasCluster() {
		t.Errorf("no cluster: %v, exists: %t", err, dir.HasCluster())
	}
	want := Spec{Nodes: 3, Programs: "/programs", Kubernetes: "/programs/kubernetes", CNI: "/usr/lib/cni", Containerd: "/usr/bin/containerd", Pause: "pause:1"}
	if err := dir.WriteSpec(want); err != nil {
		t.Fatal(err)
	}
	if got, err := dir.ReadSpec(); err != nil || got != want || !dir.HasCluster() {
		t.Errorf("got %+v, %v, exists: %t", got, err, dir.HasCluster())
	}
}

func TestReadSpecChecksNodeCount(t *testing.T) {
	for nodes, ok := range map[int]bool{-1: false, 0: false, 1: true, topology.MaxNodes: true, topology.MaxNodes + 1: false} {
		if err := readText(t, fmt.Sprintf(`{"nodes":%d}`, nodes)); (err == nil) != ok {
			t.Errorf("%d nodes: %v, want ok %t", nodes, err, ok)
		}
	}
}

func TestReadSpecRejectsDamagedFiles(t *testing.T) {
	for _, damaged := range []string{"", "{", "[]"} {
		if err := readText(t, damaged); err == nil || problem.KindOf(err) == problem.NotFound {
			t.Errorf("%q: %v", damaged, err)
		}
	}
}

func readText(t *testing.T, content string) error {
	t.Helper()
	dir := Dir(t.TempDir())
	if err := os.WriteFile(dir.SpecFile(), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := dir.ReadSpec()
	return err
}

func TestFindNode(t *testing.T) {
	s := Spec{Nodes: 2}
	if n, err := s.FindNode("worker-1"); err != nil || n.Index != 1 {
		t.Errorf("worker-1: %+v, %v", n, err)
	}
	if _, err := s.FindNode("worker-2"); problem.KindOf(err) != problem.NotFound {
		t.Errorf("worker-2 of two nodes: %v", err)
	}
}

func TestIsKilled(t *testing.T) {
	dir := Dir(t.TempDir())
	if dir.IsKilled("server") {
		t.Error("a new node counts as killed")
	}
	if err := os.MkdirAll(dir.RunPath("killed"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.KilledFile("server"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !dir.IsKilled("server") || dir.IsKilled("worker-1") {
		t.Error("the wrong node counts as killed")
	}
}

func FuzzReadSpec(f *testing.F) {
	f.Add([]byte(`{"nodes":3}`))
	f.Add([]byte(`{"nodes":-1,"node":"a"}`))
	f.Add([]byte(`[`))
	dir := Dir(f.TempDir())
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(dir.SpecFile(), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := dir.ReadSpec(); err == nil && (s.Nodes < 1 || s.Nodes > topology.MaxNodes) {
			t.Errorf("accepted %d nodes", s.Nodes)
		}
	})
}
