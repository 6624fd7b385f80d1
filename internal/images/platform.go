package images

import (
	"runtime"

	"version-manager/internal/kit/problem"
)

// platform is what a program is compiled for.
type platform struct{ os, arch string }

// hostOf is what runs where this program does, in a cluster: there is no other
// operating system that nodes of ours have.
func hostOf() platform { return platform{"linux", runtime.GOARCH} }

func (p platform) String() string { return p.os + "/" + p.arch }

// isRunnable returns the nodes that can run images of a platform. None at all
// is a problem that is better met before anything starts.
func isRunnable(nodes []node, p parcel) ([]node, error) {
	var can, cannot []node
	for _, n := range nodes {
		if n.platform == p.platform {
			can = append(can, n)
		} else {
			cannot = append(cannot, n)
		}
	}
	switch {
	case len(can) > 0:
		return can, nil
	case len(cannot) == 0:
		return nil, problem.New(problem.Failed, "kubectl get nodes", "the cluster has no node that takes pods")
	}
	return nil, problem.New(problem.Failed, "set build.platform to "+cannot[0].platform.String()+" in version-manager.yaml, commit, and create the version again",
		"image %s is built for %s, the nodes are %s: %s", p.Ref, p.platform, cannot[0].platform, nodeNames(cannot))
}
