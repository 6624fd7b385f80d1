package gitrepo

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/filetree"
)

// DigestInfra is the digest over the files and folders that a configuration
// names as inputs of the infrastructure, from the app's root at prefix.
func (t *Tree) DigestInfra(prefix string, inputs []string) (string, error) {
	nodes := []filetree.Node{} // not nil: no input at all has a digest too
	for _, in := range inputs {
		found := t.nodesBelow(prefix, path.Clean(filepath.ToSlash(in)))
		if len(found) == 0 {
			return "", problem.New(problem.Failed, "",
				"%s names %q under infrastructure, which the commit does not have", config.File, in)
		}
		nodes = append(nodes, found...)
	}
	slices.SortFunc(nodes, func(a, b filetree.Node) int { return strings.Compare(a.Path, b.Path) })
	return config.DigestJSON(slices.Compact(nodes))
}

// nodesBelow returns the files at and below name, with their paths from prefix.
func (t *Tree) nodesBelow(prefix, name string) []filetree.Node {
	var found []filetree.Node
	for _, n := range t.Nodes {
		if prefix != "." && !strings.HasPrefix(n.Path, prefix+"/") {
			continue
		}
		n.Path = pathWithin(prefix, n.Path)
		if n.Path == name || name == "." || strings.HasPrefix(n.Path, name+"/") {
			found = append(found, n)
		}
	}
	return found
}
