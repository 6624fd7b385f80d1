package release

import (
	"fmt"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
)

// Store keeps releases in a state folder: one OCI layout with the images of
// all apps, and one record for each version of an app. Several processes may
// use it at once. A crash or a full disk never damages what was there.
type Store struct{ dir string }

// NewStore returns the Store in a state folder, which need not exist yet.
func NewStore(state string) *Store { return &Store{filepath.Join(state, "releases")} }

func (s *Store) images() layout { return layout{filepath.Join(s.dir, "images")} }

// AddImage copies an image into the store. One that is there already is
// verified and, where it is damaged, mended.
func (s *Store) AddImage(img *Image) error {
	to := s.images()
	locked, err := filelock.OpenLocked(filepath.Join(s.dir, "images.lock"))
	if err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	defer locked.Close()
	to.RemoveStaged()
	if err := img.copyTo(to); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	if err := to.list(img.descriptor); err != nil {
		return fmt.Errorf("store image: %w", err)
	}
	return nil
}

// Image returns the image with the given digest, its manifest and config
// verified.
func (s *Store) Image(digest string) (*Image, error) {
	h, err := v1.NewHash(digest)
	if err != nil {
		return nil, fmt.Errorf("image %q: not a digest: %w", digest, err)
	}
	img, err := s.images().image(h)
	if err != nil {
		return nil, problem.Wrap(err, problem.Failed, "version-manager create VERSION",
			"the image of this version is missing or damaged; create the version again to restore it from its tag")
	}
	return img, nil
}
