//go:build e2e

package onemachine

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/infra/onemachine/topology"
)

// interruption is when Ctrl-C is pressed: some time after a step began.
type interruption struct {
	step  string
	after time.Duration
}

// interruptCommand runs a command once per interruption. Each run continues
// where the one before was interrupted.
func (o commandUser) interruptCommand(verb string, interruptions ...interruption) {
	o.t.Helper()
	for _, m := range interruptions {
		cmd := exec.CommandContext(o.t.Context(), o.exe, "cluster", verb)
		progress, err := cmd.StderrPipe()
		if err != nil {
			o.t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			o.t.Fatal(err)
		}
		reached := false
		lines := bufio.NewScanner(progress)
		for lines.Scan() {
			if !reached && strings.HasSuffix(lines.Text(), " "+m.step+": running") {
				reached = true
				time.AfterFunc(m.after, func() { _ = cmd.Process.Signal(os.Interrupt) }) // fails if the command has ended
			}
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); !reached || code != 130 && code != 0 {
			o.t.Errorf("%s, interrupted %s after the begin of %s (reached: %t), ended with %d", verb, m.after, m.step, reached, code)
		}
	}
}

// checkComplete: every node has all its mounts, and nothing was started twice.
func (o commandUser) checkComplete(when string) {
	o.t.Helper()
	for _, n := range topology.FirstNodes(DefaultNodeCount) {
		mounts := strings.Join(runTool(o.t, "nsenter", "--mount="+clusterdir.Dir(DefaultClusterDir).MountNamespace(n.Name), "cat", "/proc/self/mountinfo"), "\n")
		for _, path := range namespaces.DirPaths() {
			if !namespaces.HasMount([]byte(mounts), path) {
				o.t.Errorf("%s: node %s shares %s with the machine", when, n.Name, path)
			}
		}
		for _, s := range namespaces.KernelSettings() {
			if _, err := os.Stat(s.Path); err == nil && !namespaces.HasMount([]byte(mounts), s.Path) {
				o.t.Errorf("%s: node %s sees %s of the machine", when, n.Name, s.Path)
			}
		}
	}
	seen := map[string]int{}
	for _, p := range clusterProcesses(o.t) {
		f := strings.Fields(p)
		if strings.HasSuffix(f[0], "/kubernetes") && len(f) > 1 {
			seen[f[1]]++
		}
	}
	for name, want := range map[string]int{"etcd": 1, "apiserver": 1, "scheduler": 1, "kubelet": DefaultNodeCount, "proxy": DefaultNodeCount} {
		if seen[name] != want {
			o.t.Errorf("%s: %d processes %s, want %d", when, seen[name], name, want)
		}
	}
}

const ms = time.Millisecond

// upInterruptions are moments at which a part of the machine is incomplete.
func upInterruptions() []interruption {
	return []interruption{
		{"files", 50 * ms}, {"network", 0}, {"network", 5 * ms}, {"network", 10 * ms},
		{"nodes", 0}, {"nodes", 20 * ms}, {"nodes", 40 * ms}, {"nodes", 60 * ms}, {"nodes", 80 * ms}, {"nodes", 100 * ms},
		{"processes", 0}, {"images", 500 * ms}, {"API server", 0}, {"ready", time.Second},
	}
}
