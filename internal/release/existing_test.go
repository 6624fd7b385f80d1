package release

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// dockerArchive is what "docker save" wrote before it wrote OCI layouts.
func dockerArchive(t *testing.T) string {
	t.Helper()
	layer := releasetest.MakeTar(t, releasetest.FileEntry("app/hello", "content"))
	sum := sha256.Sum256(layer)
	config := fmt.Sprintf(`{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:%x"]},"config":{"Entrypoint":["/app/hello"]}}`, sum)
	return string(releasetest.MakeTar(t, releasetest.FileEntry("manifest.json", `[{"Config":"config.json","RepoTags":["hello:1"],"Layers":["layer.tar"]}]`),
		releasetest.FileEntry("config.json", config), releasetest.FileEntry("layer.tar", string(layer))))
}

func TestReleaseOfExistingImage(t *testing.T) {
	archive := dockerArchive(t)
	repo := map[string]string{
		"version-manager.yaml": "name: hello\nbuild: {image: dist/app.tar}\n",
		"dist/app.tar":         archive,
	}
	dir, store := releasetest.NewRepo(t, repo), NewStore(t.TempDir())
	committed := create(t, Options{Dir: dir, Version: "v1.0.0", Store: store})
	if len(committed.Notes) != 0 || committed.Release.GoVersion != "" {
		t.Errorf("%+v", committed)
	}

	repo[".gitignore"] = "dist/\n"
	delete(repo, "dist/app.tar")
	dir = releasetest.NewRepo(t, repo)
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
	releasetest.WantProblem(t, err, problem.Failed, "read image dist/app.tar", "")
	releasetest.WriteFiles(t, dir, map[string]string{"dist/app.tar": archive})
	ignored := create(t, Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
	if len(ignored.Notes) != 1 || !strings.Contains(ignored.Notes[0], "taken from the working folder") {
		t.Errorf("notes %q", ignored.Notes)
	}
	if ignored.Release.Image != committed.Release.Image {
		t.Errorf("image %s, want %s", ignored.Release.Image, committed.Release.Image)
	}
}
