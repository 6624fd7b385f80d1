package images

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/testenv"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/release"
)

const namespace = "shops"

// world is a cluster, a store with one image, and an app to deliver to it.
type world struct {
	server *kubetest.Server
	o      Options
	state  string
	digest string
	log    []string
}

func newWorld(t *testing.T, c config.Kubernetes) *world {
	t.Helper()
	w := &world{server: kubetest.NewServer(t)}
	w.server.PutObject(object("v1", "Namespace", "", namespace, nil))
	state := t.TempDir()
	w.state, w.digest = state, storeImage(t, state, linux("amd64"))
	w.o = Options{
		Cluster: w.server.NewClient(t, namespace), Store: release.NewStore(state), App: "shop", Namespace: namespace, Config: c,
		Log: func(s string) { w.log = append(w.log, s) },
	}
	return w
}

func (w *world) delivery() *Delivery { return NewDelivery(w.o) }

// putRelease makes the image that of a release.
func (w *world) putRelease(t *testing.T) {
	t.Helper()
	c, err := config.ParseYAML([]byte("name: shop\nbuild: {package: .}\n"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := config.DigestJSON(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.o.Store.PutRecord(release.Release{App: "shop", Version: "v1.0.0", Commit: strings.Repeat("a", 40),
		Image: w.digest, Config: c, ConfigID: id}); err != nil {
		t.Fatal(err)
	}
}

func linux(arch string) platform { return platform{"linux", arch} }

// storeImage puts a small image into the release store.
func storeImage(t *testing.T, state string, p platform) string {
	t.Helper()
	return storeImageOf(t, state, p, "1000:1000")
}

// storeImageOf makes one that runs as a user.
func storeImageOf(t *testing.T, state string, p platform, user string) string {
	t.Helper()
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for name, content := range map[string]string{"app": "hello", "etc/passwd": "web:x:4711:4712::/:\n", "etc/group": "more:x:4713:\n"} {
		if err := errors.Join(tw.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}), second(tw.Write([]byte(content)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	img, err := mutate.ConfigFile(mutate.MediaType(empty.Image, types.OCIManifestSchema1), &v1.ConfigFile{
		OS: p.os, Architecture: p.arch, RootFS: v1.RootFS{Type: "layers"},
		Config: v1.Config{Entrypoint: []string{"/app"}, User: user}})
	if err == nil {
		img, err = mutate.AppendLayers(img, static.NewLayer(b.Bytes(), types.OCIUncompressedLayer))
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(state, "releases", "images")
	to, err := layout.FromPath(dir)
	if err != nil {
		to, err = layout.Write(dir, empty.Index)
	}
	if err == nil {
		err = to.AppendImage(img)
	}
	digest, err2 := img.Digest()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func second(_ int, err error) error { return err }

func object(apiVersion, kind, namespace, name string, more map[string]any) *kube.Object {
	meta := map[string]any{"name": name}
	if namespace != "" {
		meta["namespace"] = namespace
	}
	o := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": meta}
	for k, v := range more {
		o[k] = v
	}
	return &kube.Object{Object: o}
}

// addNode makes a node, or another one of the same name.
func (w *world) addNode(name, arch, bootID string, ready bool, images ...string) {
	var list []any
	for _, i := range images {
		list = append(list, map[string]any{"names": []any{i}})
	}
	state := map[bool]string{true: "True", false: "Unknown"}[ready]
	w.server.PutObject(object("v1", "Node", "", name, map[string]any{"status": map[string]any{
		"nodeInfo":   map[string]any{"operatingSystem": "linux", "architecture": arch, "machineID": "m", "bootID": bootID},
		"conditions": []any{map[string]any{"type": "Ready", "status": state}},
		"addresses":  []any{map[string]any{"type": "Hostname", "address": name}, map[string]any{"type": "InternalIP", "address": "10.0.0." + name}},
		"images":     list,
	}}))
}

// wantProblem checks what a person is told.
func wantProblem(t *testing.T, err error, text, hint string) *problem.Problem {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		t.Fatalf("error %v is no problem", err)
	}
	if !strings.Contains(p.Error(), text) || !strings.Contains(p.Hint, hint) {
		t.Errorf("error %q, hint %q, want %q and %q", p, p.Hint, text, hint)
	}
	return p
}

// compile builds a program for a platform, as small as one can be.
func compile(t *testing.T, p platform, out string, flags ...string) {
	t.Helper()
	compileIn(t, moduleAt(t), p, out, flags...)
}

// moduleAt writes the source of such a program and returns its folder.
func moduleAt(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n", "m.go": "package main\n\nfunc main() {}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func compileIn(t *testing.T, dir string, p platform, out string, flags ...string) {
	t.Helper()
	run(t, dir, []string{"GOOS=" + p.os, "GOARCH=" + p.arch, "CGO_ENABLED=0", "GOFLAGS="},
		"go", append(append([]string{"build", "-buildvcs=auto", "-o", out}, flags...), ".")...)
}

// repository is a module in a git repository of one commit, which differs
// with the message.
func repository(t *testing.T, message string) string {
	t.Helper()
	dir := moduleAt(t)
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", message)
	return dir
}

// head is the commit of a repository.
func head(t *testing.T, dir string) string {
	t.Helper()
	return strings.TrimSpace(git(t, dir, "rev-parse", "HEAD"))
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	return run(t, dir, nil, "git", args...)
}

func run(t *testing.T, dir string, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = dir, testenv.Environ(t, env...)
	b, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, b)
	}
	return string(b)
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
