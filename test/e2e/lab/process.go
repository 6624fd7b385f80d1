package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// FindPodProcess finds the process of a program that runs in a pod on this
// machine. The nodes share the process table of this machine.
func FindPodProcess(uid, program string) (int, error) {
	for pid, name := range podProcesses("/proc", uid) {
		if name == program {
			return pid, nil
		}
	}
	return 0, fmt.Errorf("pod %s runs no %s on this machine", uid, program)
}

// FindPodProcesses finds all processes of a pod but the one that keeps its
// network.
func FindPodProcesses(uid string) (pids []int, err error) {
	for pid, name := range podProcesses("/proc", uid) {
		if name != "pause" {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		return nil, fmt.Errorf("pod %s runs nothing on this machine", uid)
	}
	return pids, nil
}

// podProcesses are the names of the programs in a pod by their process ids.
func podProcesses(proc, uid string) map[int]string {
	found := map[int]string{}
	folders, _ := filepath.Glob(filepath.Join(proc, "[0-9]*")) // the pattern is valid
	for _, dir := range folders {
		name, _ := os.ReadFile(filepath.Join(dir, "comm")) // the process may have ended
		groups, _ := os.ReadFile(filepath.Join(dir, "cgroup"))
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && strings.Contains(string(groups), "/pod"+uid+"/") {
			found[pid] = strings.TrimSpace(string(name))
		}
	}
	return found
}
