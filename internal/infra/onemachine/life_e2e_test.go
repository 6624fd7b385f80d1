//go:build e2e

package onemachine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kube"
)

// owner is somebody who has only the command.
type owner struct {
	t   *testing.T
	exe string
}

// TestLife is the life of a cluster from nothing to nothing. It needs root and
// a machine that has no cluster yet.
func TestLife(t *testing.T) {
	if _, err := thisMachine().check(); err != nil {
		t.Skip(err)
	}
	if _, err := os.Stat(DefaultClusterDir); err == nil {
		t.Skip("this machine has a cluster already; remove it first: version-manager cluster down")
	}
	o := owner{t, filepath.Join(t.TempDir(), "version-manager")}
	o.build()
	before := takeSnapshot(t)
	t.Cleanup(func() { _, _ = o.run(context.Background(), "cluster", "down") }) // whatever failed, nothing stays

	o.interrupted("up", cutUp()...)
	o.must("cluster", "up")
	o.isReady("up")
	o.isWhole("up after interruptions")
	o.takes(20*time.Second, "up again", func() { o.must("cluster", "up") })
	o.remember()

	o.killed("server", "apiserver")
	o.supervisorKilled()
	o.nodeKilled("worker-1")
	o.nodeCut("worker-2")

	o.interrupted("stop", moment{"processes", 100 * ms}, moment{"processes", 2 * time.Second})
	o.must("cluster", "up")
	o.isReady("up after half a stop")
	o.isWhole("up after half a stop")

	o.damage("worker-1", "proxy")
	o.interrupted("stop", moment{"nodes", 50 * ms}, moment{"network", 0})
	o.must("cluster", "stop")
	o.stopped()
	o.must("cluster", "up")
	o.isReady("start after a stop")
	o.remembers()

	o.kill(o.supervisor())
	o.takes(30*time.Second, "down", func() { o.must("cluster", "down") })
	if left := before.differences(takeSnapshot(t)); len(left) > 0 {
		t.Errorf("down left the machine different:\n%s", strings.Join(left, "\n"))
	}
	o.must("cluster", "down") // with nothing there it is done already
}

func (o owner) build() {
	o.t.Helper()
	cmd := exec.CommandContext(o.t.Context(), "go", "build", "-o", o.exe, "version-manager/cmd/version-manager")
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("build: %v\n%s", err, out)
	}
}

func (o owner) run(ctx context.Context, words ...string) (string, error) {
	out, err := exec.CommandContext(ctx, o.exe, words...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = errors.Join(err, errors.New(string(failed.Stderr)))
	}
	return string(out), err
}

func (o owner) must(words ...string) string {
	o.t.Helper()
	out, err := o.run(o.t.Context(), words...)
	if err != nil {
		o.t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	return out
}

func (o owner) takes(most time.Duration, what string, f func()) {
	o.t.Helper()
	began := time.Now()
	f()
	if took := time.Since(began); took > most {
		o.t.Errorf("%s took %s, more than %s", what, took.Round(time.Second), most)
	}
}

func (o owner) status() (s Status) {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.must("cluster", "status", "-o", "json")), &s); err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o owner) isReady(when string) {
	o.t.Helper()
	s := o.status()
	if !s.Running || s.Trouble != "" || len(s.Nodes) != DefaultNodeCount {
		o.t.Fatalf("%s: %+v", when, s)
	}
	for _, n := range s.Nodes {
		if !n.Ready {
			o.t.Errorf("%s: node %s is %s", when, n.Name, n.State)
		}
	}
	const most = 2 << 30
	if s.Resident > most {
		o.t.Errorf("%s: %d MB are resident", when, s.Resident>>20)
	}
	o.t.Logf("%s: %d MB are resident", when, s.Resident>>20)
}

// until asks again for a while.
func (o owner) until(what string, ask func() bool) {
	o.t.Helper()
	began := time.Now()
	if err := await(o.t.Context(), 2*time.Minute, what, func(context.Context) bool { return ask() }); err != nil {
		o.t.Fatal(err)
	}
	o.t.Logf("%s: after %s", what, time.Since(began).Round(100*time.Millisecond))
}

func (o owner) client() kube.Cluster {
	o.t.Helper()
	client, err := kube.Open(kube.Options{Kubeconfig: strings.TrimSpace(o.must("cluster", "kubeconfig", "--path"))})
	if err != nil {
		o.t.Fatal(err)
	}
	return client
}

func (o owner) remember() {
	o.t.Helper()
	_, err := o.client().Apply(o.t.Context(), &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata":   map[string]any{"name": "remembered", "namespace": "default"},
		"stringData": map[string]any{"word": "mandrill"},
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(DefaultClusterDir, "etcd"), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.Contains(read(o.t, path), "mandrill") {
			o.t.Errorf("%s holds a Secret that can be read", path)
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o owner) remembers() {
	o.t.Helper()
	if _, err := o.client().Get(o.t.Context(), kube.Ref{Kind: "Secret", Namespace: "default", Name: "remembered"}); err != nil {
		o.t.Errorf("after a stop and a start: %v", err)
	}
}

func (o owner) supervisor() int {
	o.t.Helper()
	id, err := layout(DefaultClusterDir).readSupervisor()
	if err != nil || !id.Alive() {
		o.t.Fatalf("no supervisor: %+v, %v", id, err)
	}
	return id.PID
}

func (o owner) kill(pid int) {
	o.t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		o.t.Fatal(err)
	}
}

// damage does to a record what a power cut may.
func (o owner) damage(node, name string) {
	o.t.Helper()
	if err := os.WriteFile(recordFile(layout(DefaultClusterDir).records(), node, name), []byte("{"), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

func (o owner) process(node, name string) Process {
	o.t.Helper()
	for _, p := range o.status().Processes {
		if p.Node == node && p.Name == name {
			return p
		}
	}
	o.t.Fatalf("no process %s of %s", name, node)
	return Process{}
}

func (o owner) killed(node, name string) {
	o.t.Helper()
	old := o.process(node, name)
	o.kill(old.PID)
	o.until(name+" is back", func() bool {
		p := o.process(node, name)
		return p.PID != 0 && p.PID != old.PID && p.Restarts == old.Restarts+1
	})
	o.until("the API answers again", func() bool { return o.status().Trouble == "" })
}

// supervisorKilled: its end interrupts nobody, and the next one finds them.
func (o owner) supervisorKilled() {
	o.t.Helper()
	before := o.process("worker-1", "kubelet")
	o.kill(o.supervisor())
	o.until("the supervisor is gone", func() bool { return !o.status().Running })
	o.must("cluster", "up")
	if after := o.process("worker-1", "kubelet"); after.PID != before.PID {
		o.t.Errorf("the kubelet became process %d, was %d", after.PID, before.PID)
	}
}

func (o owner) node(name string) Node {
	o.t.Helper()
	for _, n := range o.status().Nodes {
		if n.Name == name {
			return n
		}
	}
	o.t.Fatalf("no node %s", name)
	return Node{}
}

func (o owner) nodeKilled(name string) {
	o.t.Helper()
	o.must("cluster", "kill-node", name)
	groups, err := machineCgroups()
	if err != nil {
		o.t.Fatal(err)
	}
	if left := groups.processes(cgroupOf(name)); len(left) > 0 {
		o.t.Errorf("%d processes survived their node", len(left))
	}
	if state := o.node(name).State; state != "killed" {
		o.t.Errorf("a killed node is %s", state)
	}
	o.until("the API sees that "+name+" was killed", func() bool { return !o.node(name).Ready })
	o.must("cluster", "heal-node", name)
	o.until(name+" is healed", func() bool { return o.node(name).State == "ready" })
}

func (o owner) nodeCut(name string) {
	o.t.Helper()
	o.must("cluster", "cut-node", name)
	if state := o.node(name).State; state != "cut off" {
		o.t.Errorf("a cut node is %s", state)
	}
	o.until("the API sees that "+name+" is cut off", func() bool { return !o.node(name).Ready })
	o.must("cluster", "heal-node", name)
	o.until(name+" is plugged in", func() bool { return o.node(name).State == "ready" })
}

// stopped: what is on the disk stays, and nothing else.
func (o owner) stopped() {
	o.t.Helper()
	s := takeSnapshot(o.t)
	if s := o.status(); s.Running || s.Resident != 0 {
		o.t.Errorf("after a stop: %+v", s)
	}
	if len(s["processes"]) > 0 || hasLink(bridge) || pinned(layout(DefaultClusterDir).pins()) {
		o.t.Errorf("after a stop these run: %q", s["processes"])
	}
}
