package main

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// importGraph maps each folder to the folders that its code imports. Imports
// of tests do not count: a test may look at its package from above.
func (t tree) importGraph() map[string][]string {
	graph := map[string][]string{}
	for _, f := range t.codeFiles() {
		for _, spec := range f.syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			if folder, ours := strings.CutPrefix(imported, t.module+"/"); ours && t.module != "" {
				graph[f.folder] = append(graph[f.folder], folder)
			}
		}
	}
	return graph
}

// folderCycles finds folders that import each other. The compiler forbids
// cycles of packages, but not that internal/a/x imports internal/b while
// internal/b/y imports internal/a. So at each level of the tree, a folder
// stands for all packages below it, and its neighbors must be in some order.
func (t tree) folderCycles() []string {
	levels := map[string]map[string][]string{} // parent -> child -> children it imports
	for from, imports := range t.importGraph() {
		for _, to := range imports {
			parent, a, b := divideFolders(from, to)
			if a == b {
				continue
			}
			if levels[parent] == nil {
				levels[parent] = map[string][]string{}
			}
			levels[parent][a] = append(levels[parent][a], b)
		}
	}
	var found []string
	for _, parent := range slices.Sorted(mapKeys(levels)) {
		found = append(found, cyclesAmong(levels[parent])...)
	}
	return found
}

// divideFolders returns the deepest folder that contains both, and the child
// of it in which each of them is. A package is not its own child: folders on
// one line of descent divide at the upper one, which is then a "." beside its
// children.
func divideFolders(from, to string) (parent, a, b string) {
	f, g := strings.Split(from, "/"), strings.Split(to, "/")
	n := 0
	for n < len(f) && n < len(g) && f[n] == g[n] {
		n++
	}
	parent = strings.Join(f[:n], "/")
	return parent, childOf(parent, f, n), childOf(parent, g, n)
}

func childOf(parent string, parts []string, n int) string {
	if n < len(parts) {
		return path.Join(parent, parts[n])
	}
	return path.Join(parent, "(package)")
}

// cyclesAmong returns one line per group of folders that reach each other.
func cyclesAmong(graph map[string][]string) []string {
	var found []string
	seen := map[string]bool{}
	for _, from := range slices.Sorted(mapKeys(graph)) {
		if seen[from] {
			continue
		}
		circle := []string{from}
		seen[from] = true
		for _, to := range slices.Sorted(maps.Keys(reachable(graph, from))) {
			if to != from && reachable(graph, to)[from] {
				circle = append(circle, to)
				seen[to] = true
			}
		}
		if len(circle) > 1 {
			found = append(found, strings.Join(circle, " <-> "))
		}
	}
	return found
}

func reachable(graph map[string][]string, from string) map[string]bool {
	seen := map[string]bool{}
	open := slices.Clone(graph[from])
	for len(open) > 0 {
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if !seen[next] {
			seen[next] = true
			open = append(open, graph[next]...)
		}
	}
	return seen
}
