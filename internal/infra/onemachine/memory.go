package onemachine

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// processesOf are those of a node: ours one by one, pods and shims as a whole.
func processesOf(n node, groups cgroups, records []record) []Process {
	var list []Process
	ours := map[int]bool{}
	for _, r := range records {
		if r.Node != n.Name {
			continue
		}
		p := Process{Node: r.Node, Name: r.Name, Restarts: r.Restarts, Ended: r.Ended}
		if r.Alive() {
			p.PID, p.Resident = r.PID, resident(r.PID)
			ours[r.PID] = true
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Process) int { return strings.Compare(a.Name, b.Name) })
	others := map[string]int64{}
	for _, pid := range groups.processes(cgroupOf(n.Name)) {
		switch {
		case ours[pid]:
		case isShim(pid):
			others[shims] += resident(pid)
		default:
			others[inPods] += resident(pid)
		}
	}
	for _, name := range []string{shims, inPods} {
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

// resident is the memory that a process takes, in bytes; 0 if it has ended.
// Pages that several share are counted in parts: seven of our programs are one
// file, and the sum shall be what the machine really has less.
func resident(pid int) int64 {
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0
	}
	return proportional(string(content))
}

// proportional finds the line "Pss: 1234 kB".
func proportional(smaps string) int64 {
	for line := range strings.Lines(smaps) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
