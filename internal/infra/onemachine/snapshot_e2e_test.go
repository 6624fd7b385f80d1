//go:build e2e

package onemachine

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// snapshot is everything of a machine that a cluster touches, as lines.
type snapshot map[string][]string

// takeSnapshot looks with the tools that a suspicious owner would use.
func takeSnapshot(t *testing.T) snapshot {
	t.Helper()
	s := snapshot{
		"mounts":    fields(t, "/proc/self/mounts", 1, 2),
		"links":     names(run(t, "ip", "-brief", "link")),
		"netns":     run(t, "ip", "netns", "list"),
		"routes":    run(t, "ip", "route", "show", "table", "all"),
		"nft":       run(t, "nft", "list", "ruleset"),
		"processes": ourProcesses(t),
	}
	if _, err := exec.LookPath("iptables-save"); err == nil {
		s["iptables"] = withoutComments(run(t, "iptables-save"))
	}
	for _, path := range append([]string{forwardFile, "/proc/sys/net/netfilter/nf_conntrack_max", "/proc/sys/net/ipv4/conf/all/route_localnet"}, covered()...) {
		content, _ := os.ReadFile(path)
		s["setting "+path] = []string{string(content)}
	}
	for _, dir := range []string{
		filepath.Dir(DefaultClusterDir), "/var/lib/kubelet", "/run/containerd", "/run/netns", "/run/kubernetes", "/var/run/kubernetes",
		"/var/lib/cni", "/etc/cni", "/var/log/pods", "/var/log/containers", "/etc/kubernetes",
	} {
		s["files "+dir] = tree(dir, false)
	}
	groups, err := machineCgroups()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range append(groups.trees, groups.beside) {
		s["control groups "+at] = tree(at, true)
	}
	return s
}

func covered() (paths []string) {
	for _, c := range covers() {
		paths = append(paths, c.path)
	}
	return paths
}

// differences are lines of one snapshot that the other lacks.
func (s snapshot) differences(after snapshot) (list []string) {
	for what, lines := range after {
		for _, l := range lines {
			if !slices.Contains(s[what], l) {
				list = append(list, what+": left behind: "+l)
			}
		}
		for _, l := range s[what] {
			if !slices.Contains(lines, l) {
				list = append(list, what+": gone: "+l)
			}
		}
	}
	slices.Sort(list)
	return list
}

func run(t *testing.T, argv ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func fields(t *testing.T, path string, which ...int) (list []string) {
	t.Helper()
	for line := range strings.Lines(read(t, path)) {
		f := strings.Fields(line)
		var some []string
		for _, i := range which {
			some = append(some, f[i])
		}
		list = append(list, strings.Join(some, " "))
	}
	return list
}

// names are the first words: the rest of a line about a link changes by itself.
func names(lines []string) (list []string) {
	for _, l := range lines {
		name, _, _ := strings.Cut(l, " ")
		list = append(list, name)
	}
	return list
}

func withoutComments(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "#") || strings.HasPrefix(l, ":") })
}

// ourProcesses are those whose command line speaks of the cluster; pods are
// found by their control groups.
func ourProcesses(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, _ := os.ReadFile(file)
		if len(content) == 0 {
			continue // it has ended, and init has not looked after it yet; or it is the kernel's
		}
		group, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cgroup"))
		words := strings.ReplaceAll(string(content), "\x00", " ")
		if strings.Contains(words, DefaultClusterDir) || strings.Contains(string(group), ":/"+cgroupRoot) {
			list = append(list, words)
		}
	}
	return list
}

func tree(at string, foldersOnly bool) (list []string) {
	_ = filepath.WalkDir(at, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || !foldersOnly) {
			list = append(list, path)
		}
		return nil // what is not there has no lines
	})
	return list
}
