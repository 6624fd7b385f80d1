package launch

import (
	"slices"

	"version-manager/internal/kit/process"
	"version-manager/internal/release/ociimage"
)

// runAs decides which user an instance runs as; nil is the user of this process.
//
// Only root can start a process as another user. Nobody else tries: the app
// then runs with the rights of its operator. As root an image never runs,
// because without a container its root would be the machine's. An image that
// names no user, or root, runs as ociimage.Nobody, as it does in a cluster, and
// never in group 0.
func runAs(asked ociimage.User, euid int) *process.User {
	if euid != 0 {
		return nil
	}
	if asked.UID == 0 {
		return &process.User{UID: ociimage.Nobody, GID: ociimage.Nobody}
	}
	u := &process.User{UID: asked.UID, GID: asked.GID, Groups: slices.Clone(asked.Groups)}
	if u.GID == 0 {
		u.GID = u.UID
	}
	u.Groups = slices.DeleteFunc(u.Groups, func(g int) bool { return g == 0 })
	return u
}

// imageOwner says who owns the files of the image's user.
func imageOwner(asked ociimage.User, u *process.User) *ociimage.Owner {
	if u == nil {
		return nil
	}
	return &ociimage.Owner{Image: asked.UID, UID: u.UID, GID: u.GID}
}
