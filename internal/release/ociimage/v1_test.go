package ociimage

import (
	"io"
	"testing"

	"version-manager/internal/release/releasetest"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// What is given is what is stored, byte for byte.
func TestV1(t *testing.T) {
	img := layeredImage(t, releasetest.MakeTar(t, releasetest.FileEntry("app/hello", "content")), releasetest.GzipBytes(t, releasetest.MakeTar(t, releasetest.FileEntry("b", "more"))))
	got, err := img.AsV1Image()
	if err != nil {
		t.Fatal(err)
	}
	if d, err := got.Digest(); err != nil || d.String() != img.Digest {
		t.Errorf("digest %v, %v, want %s", d, err, img.Digest)
	}
	if d, err := got.ConfigName(); err != nil || d != img.Manifest.Config.Digest {
		t.Errorf("config %v, %v, want %s", d, err, img.Manifest.Config.Digest)
	}
	layers, err := got.Layers()
	if err != nil || len(layers) != 2 {
		t.Fatalf("layers %v, %v", layers, err)
	}
	for n, l := range layers {
		compressed, err := l.Compressed()
		wantHash(t, compressed, err, img.Manifest.Layers[n].Digest)
		plain, err := l.Uncompressed()
		wantHash(t, plain, err, img.Config.RootFS.DiffIDs[n])
	}
}

func wantHash(t *testing.T, r io.ReadCloser, err error, want v1.Hash) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, _, err := v1.SHA256(r); err != nil || got != want {
		t.Errorf("content has digest %v, %v, want %v", got, err, want)
	}
}

func TestV1NoticesDamage(t *testing.T) {
	img := testImage(t, releasetest.FileEntry("app/hello", "content"))
	releasetest.FlipByte(t, img.layout.BlobPath(img.Manifest.Layers[0].Digest))
	got, err := img.AsV1Image()
	if err != nil {
		t.Fatal(err)
	}
	layers, err := got.Layers()
	if err != nil {
		t.Fatal(err)
	}
	r, err := layers[0].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err == nil {
		t.Error("damage was not noticed")
	}
}
