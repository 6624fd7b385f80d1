//go:build e2e

package onemachine

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"time"
)

// moment is when somebody presses Ctrl-C: some time into a step.
type moment struct {
	step string
	into time.Duration
}

// interrupted begins a command once for each of the moments, and each goes on
// where the one before was cut off.
func (o owner) interrupted(verb string, moments ...moment) {
	o.t.Helper()
	for _, m := range moments {
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
				time.AfterFunc(m.into, func() { _ = cmd.Process.Signal(os.Interrupt) }) // it may be done
			}
		}
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); !reached || code != 130 && code != 0 {
			o.t.Errorf("%s, interrupted %s into %s (reached: %t), ended with %d", verb, m.into, m.step, reached, code)
		}
	}
}

// isWhole: no half-made node was taken for one, and nothing was started twice.
func (o owner) isWhole(when string) {
	o.t.Helper()
	for _, n := range nodes(DefaultNodeCount) {
		mounts := strings.Join(run(o.t, "nsenter", "--mount="+layout(DefaultClusterDir).mntns(n.Name), "cat", "/proc/self/mountinfo"), "\n")
		for _, r := range rooms() {
			if !mountedAt([]byte(mounts), r.path) {
				o.t.Errorf("%s: node %s shares %s with the machine", when, n.Name, r.path)
			}
		}
		for _, c := range covers() {
			if _, err := os.Stat(c.path); err == nil && !mountedAt([]byte(mounts), c.path) {
				o.t.Errorf("%s: node %s sees %s of the machine", when, n.Name, c.path)
			}
		}
	}
	seen := map[string]int{}
	for _, p := range ourProcesses(o.t) {
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

// cutUp are moments at which some part of the machine is half made.
func cutUp() []moment {
	return []moment{
		{"files", 50 * ms}, {"network", 0}, {"network", 5 * ms}, {"network", 10 * ms},
		{"nodes", 0}, {"nodes", 20 * ms}, {"nodes", 40 * ms}, {"nodes", 60 * ms}, {"nodes", 80 * ms}, {"nodes", 100 * ms},
		{"processes", 0}, {"images", 500 * ms}, {"API server", 0}, {"ready", time.Second},
	}
}
