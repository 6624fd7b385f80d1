package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
)

func TestKubeconfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kubeconfig")
	a, out, _ := testApp()
	if err := runKubeconfig(a, file, false); problem.KindOf(err) != problem.NotFound {
		t.Errorf("without a cluster: %v", err)
	}
	if err := os.WriteFile(file, []byte("apiVersion: v1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[bool]string{false: "apiVersion: v1\n", true: file + "\n"} {
		out.Reset()
		if err := runKubeconfig(a, file, path); err != nil || out.String() != want {
			t.Errorf("--path=%t: %q, %v", path, out, err)
		}
	}
}

func TestPrintCluster(t *testing.T) {
	a, out, _ := testApp()
	err := a.printCluster(onemachine.Status{
		Nodes:     []onemachine.Node{{Name: "server", Role: "control-plane", State: "ready", Address: "10.213.0.11", Pods: 4}},
		Processes: []onemachine.Process{{Node: "server", Name: "etcd", PID: 42, Resident: 61_600_000, Restarts: 1}, {Node: "server", Name: "pods", Resident: 1_000_000}},
		Resident:  62_600_000,
	})
	want := "server\tcontrol-plane\tready\t10.213.0.11\t4\n\netcd\tserver\t42\t62 MB\t1\npods\tserver\t-\t1 MB\t0\nall\t-\t-\t63 MB\t-\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestClusterWords(t *testing.T) {
	for _, tt := range []struct{ words, complaint string }{
		{"cluster up --nodes 0", "--nodes 0: a cluster has at least one"},
		{"cluster kill-node", "NODE is missing"},
		{"cluster load-image", "--node is missing"},
		{"cluster run", "--dir is missing"},
		{"cluster upp", `there is no command "upp"`},
	} {
		a, _, err := testApp()
		if code := a.run(t.Context(), strings.Fields(tt.words)); code != int(problem.Usage) || !strings.Contains(err.String(), tt.complaint) {
			t.Errorf("%s: exit code %d, %s", tt.words, code, err)
		}
	}
}

// TestAsRoot: who may not is told the same call, all of it.
func TestAsRoot(t *testing.T) {
	a, _, _ := testApp()
	a.args = []string{"cluster", "up", "--nodes", "5"}
	err := a.asRoot(problem.Wrap(onemachine.ErrNotRoot, problem.Failed, "", "the cluster belongs to root"))
	p, ok := errors.AsType[*problem.Problem](err)
	if want := `sudo env "PATH=$PATH:/usr/sbin:/sbin" version-manager cluster up --nodes 5`; !ok || p.Hint != want {
		t.Errorf("got %+v, want the hint %s", err, want)
	}
	other := problem.New(problem.NotFound, "version-manager cluster status", "there is no node")
	if a.asRoot(other) != error(other) || other.Hint != "version-manager cluster status" {
		t.Errorf("another error became %+v", other)
	}
	if a.asRoot(nil) != nil {
		t.Error("success became an error")
	}
}
