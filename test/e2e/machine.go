package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// machine is what a cluster may leave behind on this machine, a line each.
type machine map[string]bool

// look takes stock.
func look() machine {
	m := machine{}
	mounts, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 1 {
			m["mount "+f[1]] = true
		}
	}
	m.folder("namespace", "/run/netns/*")
	m.folder("link", "/sys/class/net/*")
	m.folder("cgroup", "/sys/fs/cgroup/*/*/")
	m.processes()
	rules, _ := exec.Command("nft", "list", "tables").Output() // without nft there are none
	for line := range strings.Lines(string(rules)) {
		m["rule "+strings.TrimSpace(line)] = true
	}
	return m
}

func (m machine) folder(word, pattern string) {
	paths, _ := filepath.Glob(pattern) // the pattern is fine
	for _, p := range paths {
		m[word+" "+p] = true
	}
}

// processes keeps those that a cluster consists of, by the name of their
// program: others come and go on any machine. One that has ended and waits for
// its parent to notice is no process any more.
func (m machine) processes() {
	alive := regexp.MustCompile(`^(\d+) \((kubernetes|etcd|containerd.*|runc|coredns|traefik|metrics-server|pause|kubelet|kube-.*)\) [^ZX] `)
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, _ := os.ReadFile(file) // it may have ended
		if found := alive.FindStringSubmatch(string(stat)); found != nil {
			m["process "+found[1]+" "+found[2]] = true
		}
	}
}

// beside lists what is there and was not before.
func (m machine) beside(before machine) []string {
	var more []string
	for what := range m {
		if !before[what] {
			more = append(more, what)
		}
	}
	slices.Sort(more)
	return more
}
