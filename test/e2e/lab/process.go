package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// PodProcess finds the process of a program that runs in a pod on this
// machine: a node is a network namespace, and its processes are ours to see.
func PodProcess(uid, program string) (int, error) { return podProcess("/proc", uid, program) }

func podProcess(proc, uid, program string) (int, error) {
	folders, _ := filepath.Glob(filepath.Join(proc, "[0-9]*")) // the pattern is fine
	for _, dir := range folders {
		name, _ := os.ReadFile(filepath.Join(dir, "comm")) // it may have ended
		groups, _ := os.ReadFile(filepath.Join(dir, "cgroup"))
		if strings.TrimSpace(string(name)) == program && strings.Contains(string(groups), "/pod"+uid+"/") {
			return strconv.Atoi(filepath.Base(dir))
		}
	}
	return 0, fmt.Errorf("pod %s runs no %s on this machine", uid, program)
}
