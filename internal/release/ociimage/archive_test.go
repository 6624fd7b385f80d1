package ociimage

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// savedImage returns the same image as an OCI layout folder and in the three
// forms of archive.
func savedImage(t *testing.T) (folder string, archives map[string][]byte) {
	t.Helper()
	layer := releasetest.MakeTar(t, releasetest.FileEntry("app/hello", "content"))
	img := layeredImage(t, layer)
	if err := img.layout.AddToIndex(img.Descriptor); err != nil {
		t.Fatal(err)
	}
	folder = img.layout.Dir
	var entries []releasetest.TarEntry
	for _, name := range releasetest.ListFiles(t, folder) {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, releasetest.FileEntry(name, string(b)))
	}
	oci := releasetest.MakeTar(t, entries...)
	manifest := `[{"Config":"config.json","RepoTags":["hello:1"],"Layers":["aa/layer.tar"]}]`
	docker := releasetest.MakeTar(t, releasetest.FileEntry("manifest.json", manifest), releasetest.FileEntry("config.json", string(encode(t, img.Config))),
		releasetest.LinkEntry('2', "aa/layer.tar", "../bb/layer.tar"), releasetest.FileEntry("bb/layer.tar", string(layer)))
	return folder, map[string][]byte{"oci.tar": oci, "oci.tar.gz": releasetest.GzipBytes(t, oci), "docker.tar": docker}
}

func TestAllFormsOfAnImageAreTheSame(t *testing.T) {
	folder, archives := savedImage(t)
	first, err := LoadImage(t.Context(), folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range archives {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		img, err := LoadImage(t.Context(), path, t.TempDir())
		if err != nil || img.Digest != first.Digest {
			t.Errorf("%s: %+v, %v, want %s", name, img, err, first.Digest)
			continue
		}
		root, err := unpackInto(t, img)
		if err != nil || strings.Join(releasetest.ListFiles(t, root), " ") != "app/hello" {
			t.Errorf("%s unpacked: %v", name, err)
		}
	}
}

func TestDamagedArchives(t *testing.T) {
	_, archives := savedImage(t)
	for name, content := range map[string][]byte{
		"empty":             nil,
		"text":              []byte("hello"),
		"cut":               archives["oci.tar"][:1000],
		"cut gzip":          archives["oci.tar.gz"][:200],
		"changed":           bytes.Replace(archives["oci.tar"], []byte(`"/app/hello"`), []byte(`"/app/hullo"`), 1),
		"other tar":         releasetest.MakeTar(t, releasetest.FileEntry("README", "hello")),
		"no such layer":     releasetest.MakeTar(t, releasetest.FileEntry("manifest.json", `[{"Config":"c","Layers":["../../etc/passwd"]}]`), releasetest.FileEntry("c", "{}")),
		"two images":        releasetest.MakeTar(t, releasetest.FileEntry("manifest.json", `[{},{}]`)),
		"link to elsewhere": releasetest.MakeTar(t, releasetest.LinkEntry('2', "index.json", "/etc/hostname")),
	} {
		path := filepath.Join(t.TempDir(), "image.tar")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if img, err := LoadImage(t.Context(), path, t.TempDir()); err == nil {
			t.Errorf("%s: loaded %+v", name, img)
		}
	}
}

func TestImageForThisPlatformIsChosen(t *testing.T) {
	l := Layout{t.TempDir()}
	var inner v1.IndexManifest
	for _, arch := range []string{"other", runtime.GOARCH} {
		config := runnable()
		config.Architecture = arch
		img, err := l.AssembleImage(encode(t, config), nil)
		if err != nil {
			t.Fatal(err)
		}
		d := img.Descriptor
		d.Platform = &v1.Platform{OS: "linux", Architecture: arch}
		inner.Manifests = append(inner.Manifests, d)
	}
	attestation := inner.Manifests[0]
	attestation.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
	inner.Manifests = append(inner.Manifests, attestation)
	d, err := l.PutJSON(inner, types.OCIImageIndex)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := json.Marshal(v1.IndexManifest{Manifests: []v1.Descriptor{d}})
	if err != nil {
		t.Fatal(err)
	}
	releasetest.WriteFiles(t, l.Dir, map[string]string{"index.json": string(outer)})
	img, err := LoadImage(t.Context(), l.Dir, t.TempDir())
	if err != nil || img.Config.Architecture != runtime.GOARCH {
		t.Errorf("chose %+v, %v", img, err)
	}

	inner.Manifests = append(inner.Manifests[:1], inner.Manifests[0])
	_, err = chooseImage(inner.Manifests)
	releasetest.WantProblem(t, err, problem.Failed, "none of which is for "+runtime.GOOS, "")
}
