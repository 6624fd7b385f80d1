package appcmd

import (
	"os"

	"version-manager/internal/release"
	"version-manager/internal/target/local"
)

// userNotes tells for a deploy to this machine as which user the image runs,
// if that is not the one that it asks for. Errors of the image are left to the
// deploy.
func (r runner) userNotes(rel release.Release) []string {
	if _, ok := r.app.Target.(*local.Target); !ok {
		return nil
	}
	img, err := r.app.Project.Store().OpenImage(rel.Image)
	if err != nil {
		return nil
	}
	user, err := img.ResolveUser()
	if err != nil {
		return nil
	}
	if note := user.LocalNote(os.Geteuid()); note != "" {
		return []string{note}
	}
	return nil
}
