package cgroup

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
)

// Hierarchies are the mounted trees of control groups: one per controller in
// version 1, a single one in version 2.
type Hierarchies struct {
	Trees    []string // mount points
	unified  bool     // version 2
	runcTree string   // with version 1, the mounted tree of version 2, in which runc makes groups too
}

// FindHierarchies returns the trees that are mounted on this machine.
func FindHierarchies() (Hierarchies, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return Hierarchies{}, err
	}
	return parseMounts(mounts)
}

func parseMounts(mounts []byte) (Hierarchies, error) {
	var h Hierarchies
	unified := ""
	for s := bufio.NewScanner(bytes.NewReader(mounts)); s.Scan(); {
		f := strings.Fields(s.Text())
		switch {
		case len(f) < 3 || slices.Contains(h.Trees, f[1]):
		case f[2] == "cgroup":
			h.Trees = append(h.Trees, f[1])
		case f[2] == "cgroup2" && unified == "":
			unified = f[1]
		}
	}
	switch {
	case len(h.Trees) > 0:
		h.runcTree = unified
		return h, nil
	case unified != "":
		return Hierarchies{Trees: []string{unified}, unified: true}, nil
	}
	return h, errors.New("no control groups are mounted")
}

// AllTrees returns every tree that can contain groups of ours.
func (h Hierarchies) AllTrees() []string {
	if h.runcTree == "" {
		return h.Trees
	}
	return append(slices.Clone(h.Trees), h.runcTree)
}
