package onemachine

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/supervision"
	"version-manager/internal/infra/onemachine/topology"
)

// Process is one of our programs in a Status, or a group of other processes of
// a node.
type Process struct {
	Node     string `json:"node"`
	Name     string `json:"name"`
	PID      int    `json:"pid,omitempty"` // 0: a group, or not running at the moment
	Resident int64  `json:"residentBytes"`
	Restarts int    `json:"restarts"`
	Ended    string `json:"ended,omitempty"` // how it ended the last time
}

// Names of groups of processes.
const (
	groupPods  = "pods"  // containers and their sandboxes
	groupShims = "shims" // processes between containerd and the containers
)

// listProcesses returns the processes of a node: our programs one by one, then
// shims and pods as groups.
func listProcesses(n topology.Node, groups cgroup.Hierarchies, records []supervision.Record) []Process {
	var list []Process
	programs := map[int]bool{}
	for _, r := range records {
		if r.Node != n.Name {
			continue
		}
		p := Process{Node: r.Node, Name: r.Name, Restarts: r.Restarts, Ended: r.Ended}
		if r.Alive() {
			p.PID, p.Resident = r.PID, residentBytes(r.PID)
			programs[r.PID] = true
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Process) int { return strings.Compare(a.Name, b.Name) })
	others := map[string]int64{}
	for _, pid := range groups.ListProcesses(cgroup.NodeGroup(n.Name)) {
		switch {
		case programs[pid]:
		case isShim(pid):
			others[groupShims] += residentBytes(pid)
		default:
			others[groupPods] += residentBytes(pid)
		}
	}
	for _, name := range []string{groupShims, groupPods} {
		if others[name] > 0 {
			list = append(list, Process{Node: n.Name, Name: name, Resident: others[name]})
		}
	}
	return list
}

func isShim(pid int) bool {
	name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	return err == nil && bytes.HasPrefix(name, []byte("containerd-shim"))
}

// residentBytes is the memory that a process takes, 0 if it has ended. Pages
// that several processes share are counted proportionally: most of our programs
// are the same file, and the sum should be the memory that they really take.
func residentBytes(pid int) int64 {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0
	}
	return parsePss(string(content))
}

// parsePss returns the bytes of the line "Pss: 1234 kB".
func parsePss(smaps string) int64 {
	for line := range strings.Lines(smaps) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
