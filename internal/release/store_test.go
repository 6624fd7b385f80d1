package release

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestStoreImage(t *testing.T) {
	state := t.TempDir()
	s, img := NewStore(state), testImage(t, file("app/hello", "content"))
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			if err := NewStore(state).AddImage(img); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	got, err := s.Image(img.Digest)
	if err != nil || got.Digest != img.Digest || got.Config.Config.Entrypoint[0] != "/app/hello" {
		t.Fatalf("image %+v, %v", got, err)
	}
	index, err := s.images().index()
	if err != nil || len(index.Manifests) != 1 || index.Manifests[0].Digest.String() != img.Digest {
		t.Errorf("index %+v, %v", index, err)
	}
}

func TestStoreImageProblems(t *testing.T) {
	s := NewStore(t.TempDir())
	if _, err := s.Image("latest"); err == nil {
		t.Error("a word is no digest")
	}
	_, err := s.Image(testImage(t).Digest)
	wantProblem(t, err, problem.Failed, "missing or damaged", "version-manager create VERSION")
}

// Every blob of an image is checked: damaged it is noticed, and mended by
// adding the image again.
func TestStoreNoticesAndMendsDamage(t *testing.T) {
	img := testImage(t, file("app/hello", "content"))
	for _, d := range append(img.Manifest.Layers, img.Manifest.Config, img.descriptor) {
		state := t.TempDir()
		s := NewStore(state)
		if err := s.AddImage(img); err != nil {
			t.Fatal(err)
		}
		path := s.images().path(d.Digest)
		flipByte(t, path)
		if err := s.Unpack(t.Context(), img.Digest, filepath.Join(state, "root"), nil); err == nil {
			t.Errorf("damage in %s was not noticed", d.MediaType)
		}
		nothingLeftBut(t, state, "releases", ".unpack.lock")
		if err := s.AddImage(img); err != nil {
			t.Fatal(err)
		}
		if err := s.Unpack(t.Context(), img.Digest, filepath.Join(state, "root"), nil); err != nil {
			t.Errorf("%s was not mended: %v", d.MediaType, err)
		}
	}
}

func TestStoreSurvivesDamagedIndexAndLeftovers(t *testing.T) {
	s, img := NewStore(t.TempDir()), testImage(t)
	write(t, s.images().dir, map[string]string{"index.json": "{", ".staged-1": "", "blobs/sha256/.staged-2": ""})
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	if index, err := s.images().index(); err != nil || len(index.Manifests) != 1 {
		t.Errorf("index %+v, %v", index, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.images().dir, "blobs", "sha256", ".staged-*")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func TestStateIsPrivate(t *testing.T) {
	state := t.TempDir()
	s := NewStore(state)
	if err := s.AddImage(testImage(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(testRecord(t, "hello", "v1.0.0")); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(filepath.Join(state, "releases"), func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := e.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func flipByte(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func nothingLeftBut(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, n := range names {
		known[n] = true
	}
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}
