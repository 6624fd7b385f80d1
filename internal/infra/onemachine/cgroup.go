package onemachine

import (
	"bufio"
	"bytes"
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
	cgroupRoot = "version-manager" // below it every node has a branch
	cgroupLeaf = "system"          // of a node, for its own programs; pods are beside it
)

func cgroupOf(node string) string { return cgroupRoot + "/" + node }

// cgroups are the trees of control groups of this machine: one for each
// controller in version 1, a single one in version 2.
type cgroups struct {
	trees   []string
	unified bool
	beside  string // the tree of version 2 where version 1 has the controllers: runc makes branches there too
}

// findCgroups reads them out of /proc/self/mounts.
func findCgroups(mounts []byte) (cgroups, error) {
	var g cgroups
	unified := ""
	for s := bufio.NewScanner(bytes.NewReader(mounts)); s.Scan(); {
		f := strings.Fields(s.Text())
		switch {
		case len(f) < 3 || slices.Contains(g.trees, f[1]):
		case f[2] == "cgroup":
			g.trees = append(g.trees, f[1])
		case f[2] == "cgroup2" && unified == "":
			unified = f[1]
		}
	}
	switch {
	case len(g.trees) > 0:
		g.beside = unified
		return g, nil
	case unified != "":
		return cgroups{trees: []string{unified}, unified: true}, nil
	}
	return g, errors.New("no control groups are mounted")
}

func machineCgroups() (cgroups, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return cgroups{}, err
	}
	return findCgroups(mounts)
}

// make makes the branch with that name in every tree.
func (g cgroups) make(name string) error {
	for _, tree := range g.trees {
		at := tree
		for part := range strings.SplitSeq(name, "/") {
			if err := g.prepare(at, filepath.Join(at, part)); err != nil {
				return fmt.Errorf("make control group %s: %w", name, err)
			}
			at = filepath.Join(at, part)
		}
	}
	return nil
}

// prepare makes one folder usable. Without its own list of processors a new
// cpuset of version 1 takes no process; in version 2 a parent has to hand its
// controllers down.
func (g cgroups) prepare(parent, at string) error {
	if g.unified {
		if err := handDown(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(at, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if g.unified {
		return nil
	}
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(parent, file))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(at, file), value, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func handDown(at string) error {
	have, err := os.ReadFile(filepath.Join(at, "cgroup.controllers"))
	if err != nil {
		return err
	}
	var all []string
	for _, c := range strings.Fields(string(have)) {
		if slices.Contains([]string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}, c) {
			all = append(all, "+"+c)
		}
	}
	return os.WriteFile(filepath.Join(at, "cgroup.subtree_control"), []byte(strings.Join(all, " ")), 0o644)
}

// join moves a process into the branch.
func (g cgroups) join(name string, pid int) error {
	for _, tree := range g.trees {
		file := filepath.Join(tree, name, "cgroup.procs")
		if err := os.WriteFile(file, []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return fmt.Errorf("move process %d into control group %s: %w", pid, name, err)
		}
	}
	return nil
}
