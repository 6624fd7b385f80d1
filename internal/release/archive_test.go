package release

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
)

// savedImage returns the same image as an OCI layout folder and in the three
// forms of archive.
func savedImage(t *testing.T) (folder string, archives map[string][]byte) {
	t.Helper()
	layer := tarOf(t, file("app/hello", "content"))
	img := layeredImage(t, layer)
	if err := img.layout.list(img.descriptor); err != nil {
		t.Fatal(err)
	}
	folder = img.layout.dir
	var entries []entry
	for _, name := range files(t, folder) {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, file(name, string(b)))
	}
	oci := tarOf(t, entries...)
	manifest := `[{"Config":"config.json","RepoTags":["hello:1"],"Layers":["aa/layer.tar"]}]`
	docker := tarOf(t, file("manifest.json", manifest), file("config.json", string(encode(t, img.Config))),
		link('2', "aa/layer.tar", "../bb/layer.tar"), file("bb/layer.tar", string(layer)))
	return folder, map[string][]byte{"oci.tar": oci, "oci.tar.gz": gzipped(t, oci), "docker.tar": docker}
}

func TestAllFormsOfAnImageAreTheSame(t *testing.T) {
	folder, archives := savedImage(t)
	first, err := loadImage(t.Context(), folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range archives {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		img, err := loadImage(t.Context(), path, t.TempDir())
		if err != nil || img.Digest != first.Digest {
			t.Errorf("%s: %+v, %v, want %s", name, img, err, first.Digest)
			continue
		}
		root, err := unpackInto(t, img)
		if err != nil || strings.Join(files(t, root), " ") != "app/hello" {
			t.Errorf("%s unpacked: %v", name, err)
		}
	}
}

func TestReleaseOfExistingImage(t *testing.T) {
	_, archives := savedImage(t)
	repo := map[string]string{
		"version-manager.yaml": "name: hello\nbuild: {image: dist/app.tar}\n",
		"dist/app.tar":         string(archives["docker.tar"]),
	}
	dir, store := newRepo(t, repo), NewStore(t.TempDir())
	committed := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	if len(committed.Notes) != 0 || committed.Release.GoVersion != "" {
		t.Errorf("%+v", committed)
	}

	repo[".gitignore"] = "dist/\n"
	delete(repo, "dist/app.tar")
	dir = newRepo(t, repo)
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
	wantProblem(t, err, problem.Failed, "read image dist/app.tar", "")
	write(t, dir, map[string]string{"dist/app.tar": string(archives["docker.tar"])})
	ignored := create(t, Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
	if len(ignored.Notes) != 1 || !strings.Contains(ignored.Notes[0], "taken from the working folder") {
		t.Errorf("notes %q", ignored.Notes)
	}
	if ignored.Release.Image != committed.Release.Image {
		t.Errorf("image %s, want %s", ignored.Release.Image, committed.Release.Image)
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
		"other tar":         tarOf(t, file("README", "hello")),
		"no such layer":     tarOf(t, file("manifest.json", `[{"Config":"c","Layers":["../../etc/passwd"]}]`), file("c", "{}")),
		"two images":        tarOf(t, file("manifest.json", `[{},{}]`)),
		"link to elsewhere": tarOf(t, link('2', "index.json", "/etc/hostname")),
	} {
		path := filepath.Join(t.TempDir(), "image.tar")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if img, err := loadImage(t.Context(), path, t.TempDir()); err == nil {
			t.Errorf("%s: loaded %+v", name, img)
		}
	}
}

func TestImageForThisPlatformIsChosen(t *testing.T) {
	l := layout{t.TempDir()}
	var inner v1.IndexManifest
	for _, arch := range []string{"other", runtime.GOARCH} {
		config := runnable()
		config.Architecture = arch
		img, err := l.assemble(encode(t, config), nil)
		if err != nil {
			t.Fatal(err)
		}
		d := img.descriptor
		d.Platform = &v1.Platform{OS: "linux", Architecture: arch}
		inner.Manifests = append(inner.Manifests, d)
	}
	attestation := inner.Manifests[0]
	attestation.Platform = &v1.Platform{OS: "unknown", Architecture: "unknown"}
	inner.Manifests = append(inner.Manifests, attestation)
	d, err := l.putJSON(inner, types.OCIImageIndex)
	if err != nil {
		t.Fatal(err)
	}
	outer, err := json.Marshal(v1.IndexManifest{Manifests: []v1.Descriptor{d}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, l.dir, map[string]string{"index.json": string(outer)})
	img, err := loadImage(t.Context(), l.dir, t.TempDir())
	if err != nil || img.Config.Architecture != runtime.GOARCH {
		t.Errorf("chose %+v, %v", img, err)
	}

	inner.Manifests = append(inner.Manifests[:1], inner.Manifests[0])
	_, err = choose(inner.Manifests)
	wantProblem(t, err, problem.Failed, "none of which is for "+runtime.GOOS, "")
}
