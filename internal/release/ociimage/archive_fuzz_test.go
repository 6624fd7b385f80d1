package ociimage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/release/releasetest"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// FuzzIndex reads an index.json and what it leads to.
func FuzzIndex(f *testing.F) {
	f.Add(`{"schemaVersion":2,"manifests":[]}`)
	f.Add(`{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:` + strings.Repeat("0", 64) + `","size":2}]}`)
	f.Add(`{"manifests":[{"digest":"sha256:../../etc/passwd","size":-1}]}`)
	f.Add(`[[[`)
	f.Fuzz(func(t *testing.T, index string) {
		dir := t.TempDir()
		releasetest.WriteFiles(t, dir, map[string]string{"index.json": index})
		if img, err := (Layout{dir}).readOnlyImage(); err == nil {
			t.Errorf("an image out of nothing: %+v", img)
		}
	})
}

// FuzzDocker reads manifest.json, the config that it names and one layer.
func FuzzDocker(f *testing.F) {
	f.Add(`[{"Config":"c","Layers":["l"]}]`, `{"rootfs":{"type":"layers","diff_ids":["sha256:`+strings.Repeat("0", 64)+`"]},"config":{"Entrypoint":["/x"]}}`, "layer")
	f.Add(`[{"Config":"../../etc/passwd","Layers":["/etc/passwd"]}]`, `{}`, "\x1f\x8b\x08")
	f.Add(`[{},{}]`, `[]`, "\x28\xb5\x2f\xfd")
	f.Fuzz(func(t *testing.T, manifest, config, layer string) {
		dir, to := t.TempDir(), t.TempDir()
		releasetest.WriteFiles(t, dir, map[string]string{"manifest.json": manifest, "c": config, "l": layer})
		img, err := loadDocker(openRoot(t, dir), Layout{to})
		if err == nil {
			checkLoaded(t, img)
		}
	})
}

// FuzzConfig reads the settings of an image.
func FuzzConfig(f *testing.F) {
	f.Add(`{"config":{"Entrypoint":["/x"],"Env":["A=b","A"],"WorkingDir":"../..","User":"1:2","StopSignal":"SIGQUIT"}}`)
	f.Add(`{"config":{"Cmd":["a\u0000b"],"Env":["=x"]}}`)
	f.Fuzz(func(t *testing.T, config string) {
		if img, err := (Layout{t.TempDir()}).AssembleImage([]byte(config), nil); err == nil {
			checkLoaded(t, img)
		}
	})
}

// checkLoaded is what holds for every image that was accepted.
func checkLoaded(t *testing.T, img *Image) {
	t.Helper()
	if len(img.CommandLine()) == 0 || !filepath.IsAbs(img.WorkingDir()) || strings.Contains(img.WorkingDir(), "..") && strings.Contains(img.WorkingDir()+"/", "/../") {
		t.Errorf("command %q in %q", img.CommandLine(), img.WorkingDir())
	}
	for _, e := range img.ProcessEnv() {
		name, value, given := strings.Cut(e, "=")
		if err := CheckVariable(name, value); err != nil || !given {
			t.Errorf("variable %q: %v", e, err)
		}
	}
	if u, err := img.ResolveUser(); err == nil && (u.UID < 0 || u.GID < 0) {
		t.Errorf("user %+v", u)
	}
}

// FuzzLayer unpacks the bytes of a layer. Nothing outside may change, whatever
// they are.
func FuzzLayer(f *testing.F) {
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte(strings.Repeat("\x00", 1024)))
	f.Fuzz(func(t *testing.T, b []byte) {
		parent := t.TempDir()
		releasetest.WriteFiles(t, parent, map[string]string{"x": "untouched"})
		root := filepath.Join(parent, "root")
		releasetest.MakeDir(t, root)
		l := Layout{t.TempDir()}
		d, err := l.PutBlob(strings.NewReader(string(b)), types.OCILayer)
		if err != nil {
			t.Fatal(err)
		}
		img := &Image{layout: l, Manifest: v1.Manifest{Layers: []v1.Descriptor{d}}, Config: v1.ConfigFile{RootFS: v1.RootFS{DiffIDs: []v1.Hash{{}}}}}
		_ = img.unpackLayers(t.Context(), root, nil)
		_, _ = img.ReadFile("etc/passwd")
		releasetest.WantOnly(t, parent, "x", "root")
		linksStayInside(t, root)
		if b, err := os.ReadFile(filepath.Join(parent, "x")); string(b) != "untouched" {
			t.Errorf("the file outside is %q, %v", b, err)
		}
	})
}
