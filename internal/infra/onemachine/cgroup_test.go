package onemachine

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestFindCgroups(t *testing.T) {
	const v1 = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n"
	const v2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n"
	const hybrid = v1 + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
	for _, tt := range []struct {
		what, mounts string
		trees        []string
		unified      bool
		beside       string
	}{
		{"version 1", v1, []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"}, false, ""},
		{"version 2", v2, []string{"/sys/fs/cgroup"}, true, ""},
		{"both", hybrid, []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"}, false, "/sys/fs/cgroup/unified"},
	} {
		g, err := findCgroups([]byte(tt.mounts))
		if err != nil || !slices.Equal(g.trees, tt.trees) || g.unified != tt.unified || g.beside != tt.beside {
			t.Errorf("%s: %+v, %v", tt.what, g, err)
		}
	}
	if _, err := findCgroups([]byte("proc /proc proc rw 0 0\n")); err == nil {
		t.Error("a machine without control groups was accepted")
	}
}

// write makes the files of a pretended tree.
func write(t *testing.T, files map[string]string) {
	t.Helper()
	for path, content := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestMakeCgroupVersion1(t *testing.T) {
	set, memory := t.TempDir(), t.TempDir()
	write(t, map[string]string{set + "/cpuset.cpus": "0-1\n", set + "/cpuset.mems": "0\n"})
	g := cgroups{trees: []string{set, memory}}
	for range 2 { // it may be there already
		if err := g.make("ours/node/system"); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, set+"/ours/node/system/cpuset.cpus"); got != "0-1\n" {
		t.Errorf("processors %q: no process could join", got)
	}
	if _, err := os.Stat(memory + "/ours/node/system"); err != nil {
		t.Error(err)
	}
}

func TestMakeCgroupVersion2(t *testing.T) {
	tree := t.TempDir()
	write(t, map[string]string{
		tree + "/cgroup.controllers":           "cpuset cpu io memory pids rdma misc\n",
		tree + "/ours/cgroup.controllers":      "cpuset cpu io memory pids\n",
		tree + "/ours/node/cgroup.controllers": "cpuset cpu io memory pids\n",
	})
	g := cgroups{trees: []string{tree}, unified: true}
	if err := g.make("ours/node/system"); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"", "/ours", "/ours/node"} {
		if got := read(t, tree+at+"/cgroup.subtree_control"); got != "+cpuset +cpu +io +memory +pids" {
			t.Errorf("%q hands down %q", at, got)
		}
	}
	if _, err := os.Stat(tree + "/ours/node/system/cgroup.subtree_control"); err == nil {
		t.Error("the leaf hands controllers down, and may then have no process")
	}
}

func TestProcessesOfCgroup(t *testing.T) {
	tree := t.TempDir()
	write(t, map[string]string{
		tree + "/ours/node/cgroup.procs":                "",
		tree + "/ours/node/system/cgroup.procs":         "12\n0\n13\n", // 0 is in another PID namespace
		tree + "/ours/node/kubepods/pod1/cgroup.procs":  "14\n",
		tree + "/ours/other/kubepods/pod1/cgroup.procs": "15\n",
	})
	got := cgroups{trees: []string{tree}}.processes("ours/node")
	if slices.Sort(got); !slices.Equal(got, []int{12, 13, 14}) {
		t.Errorf("processes %v", got)
	}
}

func TestRemoveCgroup(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a + "/ours/node/kubepods/pod1", a + "/theirs", b + "/ours"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	g := cgroups{trees: []string{a}, beside: b}
	for range 2 { // nothing there is no error
		if err := g.remove(t.Context(), "ours"); err != nil {
			t.Fatal(err)
		}
	}
	for _, gone := range []string{a + "/ours", b + "/ours"} {
		if _, err := os.Stat(gone); err == nil {
			t.Errorf("%s is still there", gone)
		}
	}
	if _, err := os.Stat(a + "/theirs"); err != nil {
		t.Error(err)
	}
}

// TestRemoveBusyCgroup: a branch that cannot go is said to be there.
func TestRemoveBusyCgroup(t *testing.T) {
	tree := t.TempDir()
	write(t, map[string]string{tree + "/ours/file": ""}) // a folder that rmdir refuses
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := (cgroups{trees: []string{tree}}).remove(ctx, "ours"); err == nil {
		t.Error("no error")
	}
}
