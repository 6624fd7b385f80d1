package images

import (
	"testing"

	"version-manager/internal/config"
)

func TestCheck(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"true"}})
	program := t.TempDir() + "/version-manager"
	compile(t, linux("amd64"), program)
	w.o.Self = []string{program}
	wantProblem(t, w.delivery().Check(t.Context(), w.digest), "no node that takes pods", "kubectl get nodes")
	w.addNode("1", "arm64", "b", true)
	w.addNode("2", "arm64", "b", true)
	wantProblem(t, w.delivery().Check(t.Context(), w.digest), "is built for linux/amd64, the nodes are linux/arm64: 1, 2", "build.platform to linux/arm64")
	w.addNode("3", "amd64", "b", false)
	if err := w.delivery().Check(t.Context(), w.digest); err != nil {
		t.Error(err)
	}
	w.o.Config.Load = []string{"no-such-command-here"}
	wantProblem(t, w.delivery().Check(t.Context(), w.digest), "no-such-command-here", "kubernetes.load")
	wantProblem(t, w.delivery().Check(t.Context(), "sha256:"+w.digest[len("sha256:")+1:]+"0"), "missing or damaged", "version-manager create")
}

// A user that the image names is looked up in the image.
func TestUserOfAnImage(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"true"}})
	for user, want := range map[string][2]int64{"": {0, 0}, "65532": {65532, 0}, "1000:1000": {1000, 1000}, "web": {4711, 0}, "web:more": {4711, 4713}, "0": {0, 0}} {
		w.digest = storeImageOf(t, w.state, linux("amd64"), user)
		p, err := w.delivery().Name(w.digest)
		if err != nil || p.User != want[0] || p.Group != want[1] {
			t.Errorf("USER %q: %+v, %v, want %v", user, p, err, want)
		}
	}
	w.digest = storeImageOf(t, w.state, linux("amd64"), "eve")
	wantProblem(t, w.delivery().Check(t.Context(), w.digest), `its user "eve" is not in the image's /etc/passwd`, "by number")
}
