//go:build e2e

package onemachine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/preflight"
	"version-manager/internal/infra/onemachine/supervision"
)

// commandUser controls the cluster only by the command.
type commandUser struct {
	t   *testing.T
	exe string
}

// TestClusterLifecycle creates, breaks, stops, and removes a cluster. It needs
// root and a machine without a cluster.
func TestClusterLifecycle(t *testing.T) {
	if _, err := preflight.CheckMachine(); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat(DefaultClusterDir); err == nil {
		t.Skip("this machine has a cluster already; remove it first: version-manager cluster down")
	}
	o := commandUser{t, filepath.Join(t.TempDir(), "version-manager")}
	o.buildCommand()
	before := takeSnapshot(t)
	t.Cleanup(func() { _, _ = o.runCommand(context.Background(), "cluster", "down") }) // also after a failure

	o.interruptCommand("up", upInterruptions()...)
	o.mustRun("cluster", "up")
	o.checkReady("up")
	o.checkComplete("up after interruptions")
	o.checkDuration(20*time.Second, "up again", func() { o.mustRun("cluster", "up") })
	o.storeSecret()

	o.testKilledProcess("server", "apiserver")
	o.testKilledSupervisor()
	o.testKilledNode("worker-1")
	o.testCutNode("worker-2")

	o.interruptCommand("stop", interruption{"processes", 100 * ms}, interruption{"processes", 2 * time.Second})
	o.mustRun("cluster", "up")
	o.checkReady("up after half a stop")
	o.checkComplete("up after half a stop")

	o.damageRecord("worker-1", "proxy")
	o.interruptCommand("stop", interruption{"nodes", 50 * ms}, interruption{"network", 0})
	o.mustRun("cluster", "stop")
	o.checkStopped()
	o.mustRun("cluster", "up")
	o.checkReady("start after a stop")
	o.checkSecret()

	o.killProcess(o.supervisorPID())
	o.checkDuration(30*time.Second, "down", func() { o.mustRun("cluster", "down") })
	if left := before.listDifferences(takeSnapshot(t)); len(left) > 0 {
		t.Errorf("down did not restore the machine:\n%s", strings.Join(left, "\n"))
	}
	o.mustRun("cluster", "down") // without a cluster, there is nothing to do
}

func (o commandUser) buildCommand() {
	o.t.Helper()
	cmd := exec.CommandContext(o.t.Context(), "go", "build", "-o", o.exe, "version-manager/cmd/version-manager")
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("build: %v\n%s", err, out)
	}
}

func (o commandUser) runCommand(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, o.exe, args...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = errors.Join(err, errors.New(string(failed.Stderr)))
	}
	return string(out), err
}

func (o commandUser) mustRun(args ...string) string {
	o.t.Helper()
	out, err := o.runCommand(o.t.Context(), args...)
	if err != nil {
		o.t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (o commandUser) killProcess(pid int) {
	o.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		o.t.Fatal(err)
	}
}

// damageRecord writes a record as a power failure could leave it.
func (o commandUser) damageRecord(node, name string) {
	o.t.Helper()
	if err := os.WriteFile(supervision.RecordFile(clusterdir.Dir(DefaultClusterDir).RecordsDir(), node, name), []byte("{"), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

func (o commandUser) testKilledProcess(node, name string) {
	o.t.Helper()
	old := o.findProcess(node, name)
	o.killProcess(old.PID)
	o.waitFor(name+" is back", func() bool {
		p := o.findProcess(node, name)
		return p.PID != 0 && p.PID != old.PID && p.Restarts == old.Restarts+1
	})
	o.waitFor("the API answers again", func() bool { return o.readStatus().Trouble == "" })
}

// testKilledSupervisor: its end interrupts no program, and the next one finds them.
func (o commandUser) testKilledSupervisor() {
	o.t.Helper()
	before := o.findProcess("worker-1", "kubelet")
	o.killProcess(o.supervisorPID())
	o.waitFor("the supervisor is gone", func() bool { return !o.readStatus().Running })
	o.mustRun("cluster", "up")
	if after := o.findProcess("worker-1", "kubelet"); after.PID != before.PID {
		o.t.Errorf("the kubelet became process %d, was %d", after.PID, before.PID)
	}
}

func (o commandUser) testKilledNode(name string) {
	o.t.Helper()
	o.mustRun("cluster", "kill-node", name)
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		o.t.Fatal(err)
	}
	if left := groups.ListProcesses(cgroup.NodeGroup(name)); len(left) > 0 {
		o.t.Errorf("%d processes survived their node", len(left))
	}
	if state := o.findNode(name).State; state != stateKilled {
		o.t.Errorf("a killed node is %s", state)
	}
	o.waitFor(name+" is not ready after it was killed", func() bool { return !o.findNode(name).Ready })
	o.mustRun("cluster", "heal-node", name)
	o.waitFor(name+" is healed", func() bool { return o.findNode(name).State == stateReady })
}

func (o commandUser) testCutNode(name string) {
	o.t.Helper()
	o.mustRun("cluster", "cut-node", name)
	if state := o.findNode(name).State; state != stateCut {
		o.t.Errorf("a cut node is %s", state)
	}
	o.waitFor(name+" is not ready after it was cut off", func() bool { return !o.findNode(name).Ready })
	o.mustRun("cluster", "heal-node", name)
	o.waitFor(name+" is connected again", func() bool { return o.findNode(name).State == stateReady })
}
