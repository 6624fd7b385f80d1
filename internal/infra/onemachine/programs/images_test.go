package programs

import (
	"archive/tar"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

func TestListImages(t *testing.T) {
	newClone(t)
	set, err := BuildAll(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range set.ListImages() {
		manifest := readFromTar(t, i.File, "manifest.json")
		var parsed []struct {
			Config   string
			RepoTags []string
		}
		if err := json.Unmarshal(manifest, &parsed); err != nil || len(parsed) != 1 {
			t.Fatalf("%s: %s, %v", i.File, manifest, err)
		}
		if tags := parsed[0].RepoTags; len(tags) != 1 || tags[0] != i.Name {
			t.Errorf("%s is tagged %v, want %s", i.File, tags, i.Name)
		}
		config := string(readFromTar(t, i.File, parsed[0].Config))
		if !strings.Contains(config, `"Entrypoint":["/`) || !strings.Contains(config, `"os":"linux"`) {
			t.Errorf("%s: %s", i.Name, config)
		}
	}
}

func readFromTar(t *testing.T, file, name string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err != nil {
			t.Fatalf("%s in %s: %v", name, file, err)
		}
		if h.Name == name {
			b, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
}
