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

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/infra/onemachine/network"
)

// snapshot lists, as lines, everything on a machine that a cluster could change.
type snapshot map[string][]string

// takeSnapshot uses the tools of the machine, not our own code.
func takeSnapshot(t *testing.T) snapshot {
	t.Helper()
	s := snapshot{
		"mounts":    readFields(t, "/proc/self/mounts", 1, 2),
		"links":     firstWords(runTool(t, "ip", "-brief", "link")),
		"netns":     runTool(t, "ip", "netns", "list"),
		"routes":    runTool(t, "ip", "route", "show", "table", "all"),
		"nft":       runTool(t, "nft", "list", "ruleset"),
		"processes": clusterProcesses(t),
	}
	if _, err := exec.LookPath("iptables-save"); err == nil {
		s["iptables"] = withoutComments(runTool(t, "iptables-save"))
	}
	for _, path := range append([]string{network.ForwardingFile, "/proc/sys/net/netfilter/nf_conntrack_max", "/proc/sys/net/ipv4/conf/all/route_localnet"}, coveredSettings()...) {
		content, _ := os.ReadFile(path)
		s["setting "+path] = []string{string(content)}
	}
	for _, dir := range []string{
		filepath.Dir(DefaultClusterDir), "/var/lib/kubelet", "/run/containerd", "/run/netns", "/run/kubernetes", "/var/run/kubernetes",
		"/var/lib/cni", "/etc/cni", "/var/log/pods", "/var/log/containers", "/etc/kubernetes",
	} {
		s["files "+dir] = listTree(dir, false)
	}
	groups, err := cgroup.FindHierarchies()
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range groups.AllTrees() {
		s["control groups "+at] = listTree(at, true)
	}
	return s
}

func coveredSettings() (paths []string) {
	for _, s := range namespaces.KernelSettings() {
		paths = append(paths, s.Path)
	}
	return paths
}

// listDifferences returns the lines that only one of the snapshots has.
func (s snapshot) listDifferences(after snapshot) (list []string) {
	for what, lines := range after {
		for _, l := range lines {
			if !slices.Contains(s[what], l) {
				list = append(list, what+": left behind: "+l)
			}
		}
		for _, l := range s[what] {
			if !slices.Contains(lines, l) {
				list = append(list, what+": missing: "+l)
			}
		}
	}
	slices.Sort(list)
	return list
}

func runTool(t *testing.T, argv ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func readFields(t *testing.T, path string, which ...int) (list []string) {
	t.Helper()
	for line := range strings.Lines(readText(t, path)) {
		f := strings.Fields(line)
		var some []string
		for _, i := range which {
			some = append(some, f[i])
		}
		list = append(list, strings.Join(some, " "))
	}
	return list
}

// firstWords returns the first word of each line: the rest of a line about a
// network interface changes on its own.
func firstWords(lines []string) (list []string) {
	for _, l := range lines {
		name, _, _ := strings.Cut(l, " ")
		list = append(list, name)
	}
	return list
}

func withoutComments(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "#") || strings.HasPrefix(l, ":") })
}

// clusterProcesses returns the command lines of the cluster's processes, by their
// arguments or their control group.
func clusterProcesses(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, _ := os.ReadFile(file)
		if len(content) == 0 {
			continue // a zombie or a kernel thread
		}
		group, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cgroup"))
		words := strings.ReplaceAll(string(content), "\x00", " ")
		if strings.Contains(words, DefaultClusterDir) || strings.Contains(string(group), ":/"+cgroup.RootGroup) {
			list = append(list, words)
		}
	}
	return list
}

func listTree(at string, foldersOnly bool) (list []string) {
	_ = filepath.WalkDir(at, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (d.IsDir() || !foldersOnly) {
			list = append(list, path)
		}
		return nil // what does not exist has no lines
	})
	return list
}

func readText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
