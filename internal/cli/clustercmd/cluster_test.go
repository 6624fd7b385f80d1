package clustercmd

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/cli/command/commandtest"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
)

func TestKubeconfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kubeconfig")
	inv, out, _ := commandtest.NewInvocation()
	if err := printKubeconfig(inv, file, false); problem.KindOf(err) != problem.NotFound {
		t.Errorf("without a cluster: %v", err)
	}
	if err := os.WriteFile(file, []byte("apiVersion: v1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[bool]string{false: "apiVersion: v1\n", true: file + "\n"} {
		out.Reset()
		if err := printKubeconfig(inv, file, path); err != nil || out.String() != want {
			t.Errorf("--path=%t: %q, %v", path, out, err)
		}
	}
}

func TestPrintStatus(t *testing.T) {
	inv, out, _ := commandtest.NewInvocation()
	err := printStatus(inv, onemachine.Status{
		Nodes:     []onemachine.Node{{Name: "server", Role: "control-plane", State: "ready", Address: "10.213.0.11", Pods: 4}},
		Processes: []onemachine.Process{{Node: "server", Name: "etcd", PID: 42, Resident: 61_600_000, Restarts: 1}, {Node: "server", Name: "pods", Resident: 1_000_000}},
		Resident:  62_600_000,
	})
	want := "server\tcontrol-plane\tready\t10.213.0.11\t4\n\netcd\tserver\t42\t62 MB\t1\npods\tserver\t-\t1 MB\t0\nall\t-\t-\t63 MB\t-\n"
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSuggestSudo: the hint repeats the whole command line.
func TestSuggestSudo(t *testing.T) {
	inv, _, _ := commandtest.NewInvocation()
	inv.Args = []string{"cluster", "up", "--nodes", "5"}
	err := suggestSudo(inv, problem.Wrap(onemachine.ErrNotRoot, problem.Failed, "", "the cluster belongs to root"))
	p, ok := errors.AsType[*problem.Problem](err)
	if want := `sudo env "PATH=$PATH:/usr/sbin:/sbin" version-manager cluster up --nodes 5`; !ok || p.Hint != want {
		t.Errorf("got %+v, want the hint %s", err, want)
	}
	other := problem.New(problem.NotFound, "version-manager cluster status", "there is no node")
	if suggestSudo(inv, other) != error(other) || other.Hint != "version-manager cluster status" {
		t.Errorf("another error became %+v", other)
	}
	if suggestSudo(inv, nil) != nil {
		t.Error("success became an error")
	}
}
