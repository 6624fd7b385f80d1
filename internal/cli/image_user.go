package cli

import (
	"os"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/target/local"
)

// userNotes says of a deploy to this machine as whom its image runs, where
// that is not whom it asks for. What is wrong with the image, the deploy says.
func (a *app) userNotes(p place, t deploy.Target, r release.Release) []string {
	if _, here := t.(*local.Target); !here {
		return nil
	}
	img, err := p.store().Image(r.Image)
	if err != nil {
		return nil
	}
	user, err := img.User()
	if err != nil {
		return nil
	}
	if note := user.LocalNote(os.Geteuid()); note != "" {
		return []string{note}
	}
	return nil
}
