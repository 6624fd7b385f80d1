package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// machineState is what a cluster may leave behind on this machine, a line each.
type machineState map[string]bool

// listMachineState takes stock.
func listMachineState() machineState {
	m := machineState{}
	mounts, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 1 {
			m["mount "+f[1]] = true
		}
	}
	m.addFolders("namespace", "/run/netns/*")
	m.addFolders("link", "/sys/class/net/*")
	m.addFolders("cgroup", "/sys/fs/cgroup/*/*/")
	m.addProcesses()
	rules, _ := exec.Command("nft", "list", "tables").Output() // without nft there are no rules
	for line := range strings.Lines(string(rules)) {
		m["rule "+strings.TrimSpace(line)] = true
	}
	return m
}

func (m machineState) addFolders(word, pattern string) {
	paths, _ := filepath.Glob(pattern) // the pattern is fine
	for _, p := range paths {
		m[word+" "+p] = true
	}
}

// addProcesses keeps those that a cluster consists of, by the name of their
// program: others come and go on any machine. A zombie does not count.
func (m machineState) addProcesses() {
	alive := regexp.MustCompile(`^(\d+) \((kubernetes|etcd|containerd.*|runc|coredns|traefik|metrics-server|pause|kubelet|kube-.*)\) [^ZX] `)
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, _ := os.ReadFile(file) // it may have ended
		if found := alive.FindStringSubmatch(string(stat)); found != nil {
			m["process "+found[1]+" "+found[2]] = true
		}
	}
}

// addedSince lists what is there and was not before.
func (m machineState) addedSince(before machineState) []string {
	var more []string
	for what := range m {
		if !before[what] {
			more = append(more, what)
		}
	}
	slices.Sort(more)
	return more
}
