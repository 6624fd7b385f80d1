package images

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"version-manager/internal/config"
	"version-manager/internal/kube"
)

// loading is a cluster into whose nodes images are loaded by a shell script,
// which keeps the archive of each node, and notes that it ran.
func loading(t *testing.T) (w *world, dir string) {
	t.Helper()
	dir = t.TempDir()
	script := fmt.Sprintf(`cat > '%s/'"$0".tar && echo "$0 $1" >> '%s/ran'; test ! -e '%s/'"$0".broken || { echo no space left on "$0" >&2; exit 3; }`, dir, dir, dir)
	return newWorld(t, config.Kubernetes{Load: []string{"sh", "-c", script, "{node}", "at-{address}"}}), dir
}

// ran returns the nodes that were loaded since it was asked last.
func ran(t *testing.T, dir string) []string {
	t.Helper()
	path := filepath.Join(dir, "ran")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	os.Remove(path)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	slices.Sort(lines)
	return lines
}

func wantRan(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := ran(t, dir); !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
}

func TestLoad(t *testing.T) {
	w, dir := loading(t)
	for _, n := range []string{"1", "2", "3"} {
		w.addNode(n, "amd64", "b", true)
	}
	got, err := w.delivery().Image(t.Context(), w.digest)
	want := Placed{Ref: "version-manager.local/shop:" + w.digest[len("sha256:"):][:12], Pull: "Never", User: 1000, Group: 1000, OS: "linux", Arch: "amd64"}
	if err != nil || got != want {
		t.Fatalf("placed %+v, %v, want %+v", got, err, want)
	}
	wantRan(t, dir, "1 at-10.0.0.1", "2 at-10.0.0.2", "3 at-10.0.0.3")
	tag, err := name.NewTag(got.Ref)
	if err != nil {
		t.Fatal(err)
	}
	img, err := tarball.ImageFromPath(filepath.Join(dir, "2.tar"), &tag)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := img.ConfigFile(); err != nil || c.Config.Entrypoint[0] != "/app" {
		t.Errorf("the archive has %+v, %v", c, err)
	}
	if named, err := w.delivery().Name(w.digest); err != nil || named != want {
		t.Errorf("named %+v, %v", named, err)
	}
}

// Each node is loaded once, according to the record and for every caller, until
// it is replaced or has lost its images.
func TestLoadOnce(t *testing.T) {
	w, dir := loading(t)
	bring := func() {
		t.Helper()
		if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
			t.Fatal(err)
		}
	}
	w.addNode("1", "amd64", "b", true)
	bring()
	wantRan(t, dir, "1 at-10.0.0.1")
	bring()
	wantRan(t, dir)
	w.addNode("2", "amd64", "b", true)
	bring()
	wantRan(t, dir, "2 at-10.0.0.2")
	w.addNode("1", "amd64", "another boot", true)
	bring()
	wantRan(t, dir, "1 at-10.0.0.1")
	w.addNode("3", "amd64", "b", true, "version-manager.local/shop:"+w.digest[len("sha256:"):][:12])
	bring()
	wantRan(t, dir)
}

func TestLoadSurvivesALostRecord(t *testing.T) {
	w, dir := loading(t)
	w.addNode("1", "amd64", "b", true)
	for _, data := range []map[string]any{nil, {"1": "{", "2": "x"}} {
		w.server.PutObject(object("v1", "ConfigMap", namespace, RecordName("shop"), map[string]any{"data": data}))
		if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
			t.Fatal(err)
		}
		wantRan(t, dir, "1 at-10.0.0.1")
	}
}

func TestLoadAgain(t *testing.T) {
	w, dir := loading(t)
	w.addNode("1", "amd64", "b", true)
	w.addNode("2", "amd64", "b", true)
	p, err := w.delivery().Image(t.Context(), w.digest)
	if err != nil {
		t.Fatal(err)
	}
	ran(t, dir)
	wantProblem(t, w.delivery().Again(t.Context(), p.Ref, "2"), "no release here has the image", "version-manager list")
	w.putRelease(t)
	if err := w.delivery().Again(t.Context(), p.Ref, "2"); err != nil {
		t.Fatal(err)
	}
	wantRan(t, dir, "2 at-10.0.0.2")
	wantProblem(t, w.delivery().Again(t.Context(), p.Ref, "9"), `no node "9"`, " --context test get nodes")
}

// The others are loaded and remembered when one fails.
func TestLoadFails(t *testing.T) {
	w, dir := loading(t)
	for _, n := range []string{"1", "2", "3"} {
		w.addNode(n, "amd64", "b", true)
	}
	broken := filepath.Join(dir, "2.broken")
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := w.delivery().Image(t.Context(), w.digest)
	p := wantProblem(t, err, "into node 2: exit status 3", "see whether it runs at all: sh -c ")
	if !slices.Equal(p.Lines, []string{"no space left on 2"}) {
		t.Errorf("evidence %q", p.Lines)
	}
	os.Remove(broken)
	ran(t, dir)
	if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
		t.Fatal(err)
	}
	wantRan(t, dir, "2 at-10.0.0.2")
}

// A command that does not read its input has refused the image, and is not
// waited for.
func TestLoadIgnored(t *testing.T) {
	w, _ := loading(t)
	w.addNode("1", "amd64", "b", true)
	w.o.Config.Load = []string{"sh", "-c", "exec 0<&-; echo cannot >&2; exit 1"}
	_, err := w.delivery().Image(t.Context(), w.digest)
	if p := wantProblem(t, err, "exit status 1", "runs at all: sh -c 'exec 0<&-; echo cannot >&2; exit 1' < /dev/null"); !slices.Equal(p.Lines, []string{"cannot"}) {
		t.Errorf("evidence %q", p.Lines)
	}
}

// broken is an image whose layers cannot be read.
type broken struct{ v1.Image }

func (broken) Layers() ([]v1.Layer, error) { return nil, errors.New("the disk is gone") }

// What is damaged here must not be blamed on the node.
func TestLoadOfADamagedImage(t *testing.T) {
	w, _ := loading(t)
	w.addNode("1", "amd64", "b", true)
	p, c, err := w.delivery().app(w.digest)
	if err != nil {
		t.Fatal(err)
	}
	p.image = broken{p.image}
	wantProblem(t, c.bringImage(t.Context(), p), "the disk is gone", "runs at all")
}

func TestNodesThatGetNothing(t *testing.T) {
	w, dir := loading(t)
	w.addNode("1", "amd64", "b", true)
	w.addNode("2", "amd64", "b", false)
	w.addNode("3", "arm64", "b", true)
	for n, spec := range map[string]map[string]any{
		"4": {"unschedulable": true},
		"5": {"taints": []any{map[string]any{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}}},
	} {
		o := object("v1", "Node", "", n, map[string]any{"spec": spec})
		w.server.PutObject(o)
	}
	if _, err := w.delivery().Image(t.Context(), w.digest); err != nil {
		t.Fatal(err)
	}
	wantRan(t, dir, "1 at-10.0.0.1")
	if len(w.log) != 1 || !strings.Contains(w.log[0], "not ready") || !strings.HasSuffix(w.log[0], ": 2") {
		t.Errorf("said %q", w.log)
	}
}

func TestNoNodeIsReady(t *testing.T) {
	w, _ := loading(t)
	w.addNode("1", "amd64", "b", false)
	_, err := w.delivery().Image(t.Context(), w.digest)
	wantProblem(t, err, "no node is ready", " --context test describe node 1")
}

func TestNoWayToLoad(t *testing.T) {
	w, _ := loading(t)
	w.o.Config.Load = nil
	_, err := w.delivery().Image(t.Context(), w.digest)
	wantProblem(t, err, "no way to get images to this cluster's nodes", "kubernetes.registry")
}

// The nodes of our own cluster are loaded by this program.
func TestLoadIntoOurCluster(t *testing.T) {
	w, _ := loading(t)
	w.o.Config.Load = nil
	w.o.Cluster, w.o.Self = oursCluster{w.o.Cluster}, []string{"/bin/vm", "--flag"}
	l, err := newLoader(w.o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := node{name: "worker-1"}.fillCommand(l.command)
	if want := []string{"/bin/vm", "--flag", "cluster", "load-image", "--node", "worker-1"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("runs %q, %v, want %q", got, err, want)
	}
}

type oursCluster struct{ kube.Cluster }

func (oursCluster) ContextName() string { return ours }
