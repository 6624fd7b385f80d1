// Package cgroup makes, fills, and removes the control groups of nodes.
//
// Every node has a group of its own, and everything on the node runs in it or
// below it. So all processes of a node can be found and killed, no matter which
// process started them. Versions 1 and 2 of control groups are supported; version 2
// follows the kernel's documentation and is untested. Start with [FindHierarchies].
package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	// RootGroup contains the groups of all nodes.
	RootGroup = "version-manager"

	programsName = "system"   // in a node's group, for our programs
	podsName     = "kubepods" // in a node's group, made by the kubelet
)

// NodeGroup is the group of a node.
func NodeGroup(node string) string { return RootGroup + "/" + node }

// ProgramsGroup is the group of our programs on a node.
func ProgramsGroup(node string) string { return NodeGroup(node) + "/" + programsName }

// PodsGroup is the group that a kubelet makes for its pods.
func PodsGroup(node string) string { return NodeGroup(node) + "/" + podsName }

// CreateGroup makes the group and its parents in every tree.
func (h Hierarchies) CreateGroup(name string) error {
	for _, tree := range h.Trees {
		dir := tree
		for part := range strings.SplitSeq(name, "/") {
			parent := dir
			dir = filepath.Join(dir, part)
			if err := h.createDir(parent, dir); err != nil {
				return fmt.Errorf("make control group %s: %w", name, err)
			}
		}
	}
	return nil
}

func (h Hierarchies) createDir(parent, dir string) error {
	if h.unified {
		if err := enableControllers(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if h.unified {
		return nil
	}
	return copyCPUSet(parent, dir)
}

// copyCPUSet gives a new cpuset of version 1 the processors of its parent:
// without any, it takes no process. Other controllers do not have the files.
func copyCPUSet(parent, dir string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(parent, file))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), value, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enableControllers enables a group's controllers for its children, as version
// 2 requires.
func enableControllers(dir string) error {
	available, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return err
	}
	var enable []string
	for _, c := range strings.Fields(string(available)) {
		if slices.Contains([]string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}, c) {
			enable = append(enable, "+"+c)
		}
	}
	return os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte(strings.Join(enable, " ")), 0o644)
}

// AddProcess moves a process into the group.
func (h Hierarchies) AddProcess(name string, pid int) error {
	for _, tree := range h.Trees {
		file := filepath.Join(tree, name, processesFile)
		if err := os.WriteFile(file, []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return fmt.Errorf("move process %d into control group %s: %w", pid, name, err)
		}
	}
	return nil
}
