package release

import (
	"bytes"
	"fmt"
	"testing"

	"version-manager/internal/release/ociimage"
	"version-manager/internal/release/releasetest"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// storedImage makes an image of one layer.
func storedImage(t *testing.T, entries ...releasetest.TarEntry) *ociimage.Image {
	t.Helper()
	layer := releasetest.MakeTar(t, entries...)
	l := ociimage.Layout{Dir: t.TempDir()}
	d, err := l.PutBlob(bytes.NewReader(layer), types.OCIUncompressedLayer)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["%s"]},"config":{"Entrypoint":["/app/hello"]}}`, d.Digest)
	img, err := l.AssembleImage([]byte(config), []v1.Descriptor{d})
	if err != nil {
		t.Fatal(err)
	}
	return img
}
