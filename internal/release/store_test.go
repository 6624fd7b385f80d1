package release

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

func TestStoreImage(t *testing.T) {
	state := t.TempDir()
	s, img := NewStore(state), storedImage(t, releasetest.FileEntry("app/hello", "content"))
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			if err := NewStore(state).AddImage(img); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	got, err := s.OpenImage(img.Digest)
	if err != nil || got.Digest != img.Digest || got.Config.Config.Entrypoint[0] != "/app/hello" {
		t.Fatalf("image %+v, %v", got, err)
	}
	index, err := s.imageLayout().ReadIndex()
	if err != nil || len(index.Manifests) != 1 || index.Manifests[0].Digest.String() != img.Digest {
		t.Errorf("index %+v, %v", index, err)
	}
}

func TestStoreImageProblems(t *testing.T) {
	s := NewStore(t.TempDir())
	if _, err := s.OpenImage("latest"); err == nil {
		t.Error("a word is not a digest")
	}
	_, err := s.OpenImage(storedImage(t).Digest)
	releasetest.WantProblem(t, err, problem.Failed, "missing or damaged", "version-manager create VERSION")
}

// Every blob of an image is checked: damaged it is noticed, and mended by
// adding the image again.
func TestStoreNoticesAndMendsDamage(t *testing.T) {
	img := storedImage(t, releasetest.FileEntry("app/hello", "content"))
	for _, d := range append(img.Manifest.Layers, img.Manifest.Config, img.Descriptor) {
		state := t.TempDir()
		s := NewStore(state)
		if err := s.AddImage(img); err != nil {
			t.Fatal(err)
		}
		path := s.imageLayout().BlobPath(d.Digest)
		releasetest.FlipByte(t, path)
		if err := s.UnpackImage(t.Context(), img.Digest, filepath.Join(state, "root"), nil); err == nil {
			t.Errorf("damage in %s was not noticed", d.MediaType)
		}
		releasetest.WantOnly(t, state, "releases", ".unpack.lock")
		if err := s.AddImage(img); err != nil {
			t.Fatal(err)
		}
		if err := s.UnpackImage(t.Context(), img.Digest, filepath.Join(state, "root"), nil); err != nil {
			t.Errorf("%s was not mended: %v", d.MediaType, err)
		}
	}
}

func TestStoreSurvivesDamagedIndexAndLeftovers(t *testing.T) {
	s, img := NewStore(t.TempDir()), storedImage(t)
	releasetest.WriteFiles(t, s.imageLayout().Dir, map[string]string{"index.json": "{", ".staged-1": "", "blobs/sha256/.staged-2": ""})
	if err := s.AddImage(img); err != nil {
		t.Fatal(err)
	}
	if index, err := s.imageLayout().ReadIndex(); err != nil || len(index.Manifests) != 1 {
		t.Errorf("index %+v, %v", index, err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.imageLayout().Dir, "blobs", "sha256", ".staged-*")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func TestStateIsPrivate(t *testing.T) {
	state := t.TempDir()
	s := NewStore(state)
	if err := s.AddImage(storedImage(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.PutRecord(testRecord(t, "hello", "v1.0.0")); err != nil {
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
