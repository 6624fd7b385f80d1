package cgroup

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParseMounts(t *testing.T) {
	const v1 = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n"
	const v2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n"
	const hybrid = v1 + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
	for _, tt := range []struct {
		name, mounts string
		trees        []string
		unified      bool
		runcTree     string
	}{
		{"version 1", v1, []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"}, false, ""},
		{"version 2", v2, []string{"/sys/fs/cgroup"}, true, ""},
		{"both versions", hybrid, []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup/systemd"}, false, "/sys/fs/cgroup/unified"},
	} {
		h, err := parseMounts([]byte(tt.mounts))
		if err != nil || !slices.Equal(h.Trees, tt.trees) || h.unified != tt.unified || h.runcTree != tt.runcTree {
			t.Errorf("%s: %+v, %v", tt.name, h, err)
		}
	}
	if _, err := parseMounts([]byte("proc /proc proc rw 0 0\n")); err == nil {
		t.Error("a machine without control groups was accepted")
	}
}

// writeTree makes the files of a fake control group tree.
func writeTree(t *testing.T, files map[string]string) {
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

func readText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestCreateGroupVersion1(t *testing.T) {
	set, memory := t.TempDir(), t.TempDir()
	writeTree(t, map[string]string{set + "/cpuset.cpus": "0-1\n", set + "/cpuset.mems": "0\n"})
	h := Hierarchies{Trees: []string{set, memory}}
	for range 2 { // the second call finds it
		if err := h.CreateGroup("ours/node/system"); err != nil {
			t.Fatal(err)
		}
	}
	if got := readText(t, set+"/ours/node/system/cpuset.cpus"); got != "0-1\n" {
		t.Errorf("cpuset.cpus = %q: no process could join", got)
	}
	if _, err := os.Stat(memory + "/ours/node/system"); err != nil {
		t.Error(err)
	}
}

func TestCreateGroupVersion2(t *testing.T) {
	tree := t.TempDir()
	writeTree(t, map[string]string{
		tree + "/cgroup.controllers":           "cpuset cpu io memory pids rdma misc\n",
		tree + "/ours/cgroup.controllers":      "cpuset cpu io memory pids\n",
		tree + "/ours/node/cgroup.controllers": "cpuset cpu io memory pids\n",
	})
	h := Hierarchies{Trees: []string{tree}, unified: true}
	if err := h.CreateGroup("ours/node/system"); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"", "/ours", "/ours/node"} {
		if got := readText(t, tree+at+"/cgroup.subtree_control"); got != "+cpuset +cpu +io +memory +pids" {
			t.Errorf("%q enables %q", at, got)
		}
	}
	if _, err := os.Stat(tree + "/ours/node/system/cgroup.subtree_control"); err == nil {
		t.Error("the leaf enables controllers, so it could have no process")
	}
}

func TestListProcesses(t *testing.T) {
	tree := t.TempDir()
	writeTree(t, map[string]string{
		tree + "/ours/node/cgroup.procs":                "",
		tree + "/ours/node/system/cgroup.procs":         "12\n0\n13\n", // 0: in another PID namespace
		tree + "/ours/node/kubepods/pod1/cgroup.procs":  "14\n",
		tree + "/ours/other/kubepods/pod1/cgroup.procs": "15\n",
	})
	got := Hierarchies{Trees: []string{tree}}.ListProcesses("ours/node")
	if slices.Sort(got); !slices.Equal(got, []int{12, 13, 14}) {
		t.Errorf("processes %v, want 12, 13, 14", got)
	}
}

func TestRemoveGroup(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a + "/ours/node/kubepods/pod1", a + "/theirs", b + "/ours"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	h := Hierarchies{Trees: []string{a}, runcTree: b}
	for range 2 { // the second call finds nothing to remove
		if err := h.RemoveGroup(t.Context(), "ours"); err != nil {
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

// TestRemoveBusyGroup: a group that cannot be removed is an error.
func TestRemoveBusyGroup(t *testing.T) {
	tree := t.TempDir()
	writeTree(t, map[string]string{tree + "/ours/file": ""}) // rmdir refuses a folder with a file
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := (Hierarchies{Trees: []string{tree}}).RemoveGroup(ctx, "ours"); err == nil {
		t.Error("no error")
	}
}
