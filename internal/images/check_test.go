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

func TestNumericUser(t *testing.T) {
	for user, want := range map[string]int64{"": 0, "65532": 65532, "1000:1000": 1000, "nobody": 0, "-1": 0, "0": 0, "10:x": 10} {
		if got := numericUser(user); got != want {
			t.Errorf("numericUser(%q) = %d, want %d", user, got, want)
		}
	}
}
