package release

import (
	"io"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestV1(t *testing.T) {
	img := layeredImage(t, tarOf(t, file("app/hello", "content")), gzipped(t, tarOf(t, file("b", "more"))))
	got, err := img.V1()
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(got); err != nil {
		t.Error(err)
	}
	if d, err := got.Digest(); err != nil || d.String() != img.Digest {
		t.Errorf("digest %v, %v, want %s", d, err, img.Digest)
	}
}

func TestV1NoticesDamage(t *testing.T) {
	img := testImage(t, file("app/hello", "content"))
	flipByte(t, img.layout.path(img.Manifest.Layers[0].Digest))
	got, err := img.V1()
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
