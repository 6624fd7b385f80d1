package release

import (
	"context"
	"fmt"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/ociimage"
)

// Store keeps releases in a state folder: one OCI layout with the images of
// all apps, and one record for each version of an app. Several processes may
// use it at once. A crash or a full disk never damages what was there.
type Store struct{ dir string }

// NewStore returns the Store in a state folder, which need not exist yet.
func NewStore(state string) *Store { return &Store{filepath.Join(state, "releases")} }

func (s *Store) imageLayout() ociimage.Layout {
	return ociimage.Layout{Dir: filepath.Join(s.dir, "images")}
}

// AddImage copies an image into the store. One that is there already is
// verified and, where it is damaged, mended.
func (s *Store) AddImage(img *ociimage.Image) error {
	to := s.imageLayout()
	locked, err := filelock.OpenLocked(filepath.Join(s.dir, "images.lock"))
	if err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	defer locked.Close()
	to.RemoveStaged()
	if err := img.CopyTo(to); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	if err := to.AddToIndex(img.Descriptor); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	return nil
}

// OpenImage returns the image with the given digest, its manifest and config
// verified.
func (s *Store) OpenImage(digest string) (*ociimage.Image, error) {
	h, err := v1.NewHash(digest)
	if err != nil {
		return nil, fmt.Errorf("image %q: not a digest: %w", digest, err)
	}
	img, err := s.imageLayout().ReadImage(h)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, "version-manager create VERSION",
			"the image of this version is missing or damaged; create the version again to restore it from its tag")
	}
	return img, nil
}

// UnpackImage makes dir the root file system of an image, as UnpackImage does.
func (s *Store) UnpackImage(ctx context.Context, digest, dir string, owner *ociimage.Owner) error {
	return ociimage.UnpackImage(ctx, s.OpenImage, digest, dir, owner)
}
