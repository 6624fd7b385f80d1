package images

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/config"
	"version-manager/internal/licenses"
	"version-manager/internal/licenses/notices"
)

func TestSidecar(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"sh", "-c", "cat > /dev/null"}})
	w.addNode("1", "amd64", "b", true)
	dir := t.TempDir()
	path := filepath.Join(dir, "version-manager")
	compile(t, linux("amd64"), path)
	w.o.Self = []string{path, "--flag"}
	d := w.delivery()
	if _, err := d.Name(w.digest); err != nil {
		t.Fatal(err)
	}
	got, err := d.Sidecar(t.Context())
	if err != nil || !strings.HasPrefix(got.Ref, "version-manager.local/sidecar:") || got.User != nobody || got.Arch != "amd64" {
		t.Fatalf("placed %+v, %v", got, err)
	}
	if again, err := d.SidecarName(); err != nil || again != got {
		t.Errorf("the same program is %+v, %v", again, err)
	}
	p, _, err := d.sidecar()
	if err != nil {
		t.Fatal(err)
	}
	layers, err := p.image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("layers %v, %v", layers, err)
	}
	r, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tr := tar.NewReader(r)
	h, err := tr.Next()
	if err != nil || h.Name != "version-manager" || h.Mode != 0o755 {
		t.Fatalf("entry %+v, %v", h, err)
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(readAll(t, tr), want) {
		t.Errorf("the program is not in the image: %v", err)
	}
	text, err := notices.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"licenses/", licenses.Path} {
		if h, err = tr.Next(); err != nil || h.Name != want {
			t.Fatalf("entry %+v, %v, want %s", h, err, want)
		}
	}
	if !bytes.Equal(readAll(t, tr), text) {
		t.Error("the licenses are not in the image")
	}
	w.o.Config = config.Kubernetes{Registry: "registry.example.org"}
	d = w.delivery()
	d.platform = linux("amd64")
	if named, err := d.SidecarName(); err != nil || !strings.HasPrefix(named.Ref, "registry.example.org/version-manager-sidecar@sha256:") {
		t.Errorf("named %+v, %v", named, err)
	}
}

// Nodes of another architecture get the program that was built for them.
func TestSidecarForOtherNodes(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"true"}})
	dir := t.TempDir()
	path := filepath.Join(dir, "version-manager")
	compile(t, linux("arm64"), path)
	w.o.Self = []string{path}
	d := w.delivery()
	d.platform = linux("amd64")
	_, err := d.SidecarName()
	wantProblem(t, err, "it is needed for linux/amd64", "GOOS=linux GOARCH=amd64 go build -o '"+filepath.Join(dir, "version-manager-linux-amd64")+"'")
	compile(t, linux("amd64"), filepath.Join(dir, "version-manager-linux-amd64"))
	d = w.delivery()
	d.platform = linux("amd64")
	if p, err := d.SidecarName(); err != nil || p.Arch != "amd64" {
		t.Errorf("placed %+v, %v", p, err)
	}
}

// A program for the nodes that was not rebuilt with this one would silently run
// the old version in every pod.
func TestSidecarOfAnotherVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "version-manager")
	beside := path + "-linux-amd64"
	unknown := moduleAt(t)
	before, after := repository(t, "before"), repository(t, "after")
	for _, tt := range []struct {
		name, this, other string
		said              string // "" if the other one is taken
	}{
		{"the same commit", after, after, ""},
		{"another commit", after, before, "is a different version of it, built from " + head(t, before) + ", while this one was built from " + head(t, after)},
		{"no commit", after, unknown, "built from an unknown commit, while this one was built from " + head(t, after)},
		{"nothing to compare with", unknown, before, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			compileIn(t, tt.this, linux("arm64"), path)
			compileIn(t, tt.other, linux("amd64"), beside)
			got, err := findExecutable([]string{path}, linux("amd64"))
			if tt.said != "" {
				wantProblem(t, err, tt.said, "go build -o '"+path+"' ./cmd/version-manager && CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go build")
			} else if err != nil || got != beside {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// Changes that were not committed make another version too.
func TestSidecarOfAChangedTree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "version-manager")
	dir := repository(t, "work tree")
	compileIn(t, dir, linux("amd64"), path+"-linux-amd64")
	if err := os.WriteFile(filepath.Join(dir, "new.go"), []byte("package main\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	compileIn(t, dir, linux("arm64"), path)
	_, err := findExecutable([]string{path}, linux("amd64"))
	wantProblem(t, err, "this one was built from "+head(t, dir)+" with changes", "go build")
	compileIn(t, dir, linux("amd64"), path+"-linux-amd64")
	if _, err := findExecutable([]string{path}, linux("amd64")); err != nil {
		t.Error(err)
	}
}

func TestSidecarWithoutAProgram(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"true"}})
	w.o.Self = []string{filepath.Join(t.TempDir(), "gone")}
	_, err := w.delivery().SidecarName()
	wantProblem(t, err, "as its sidecar", "go build")
}

// A program that needs a C library would not start in its image.
func TestSidecarWithoutALibrary(t *testing.T) {
	w := newWorld(t, config.Kubernetes{Load: []string{"true"}})
	path := filepath.Join(t.TempDir(), "version-manager")
	compile(t, linux("amd64"), path, "-buildmode=pie")
	w.o.Self = []string{path}
	d := w.delivery()
	d.platform = linux("amd64")
	_, err := d.SidecarName()
	wantProblem(t, err, "needs a C library", "CGO_ENABLED=0")
	compile(t, linux("amd64"), path+"-linux-amd64")
	d = w.delivery()
	d.platform = linux("amd64")
	if _, err := d.SidecarName(); err != nil {
		t.Error(err)
	}
}
