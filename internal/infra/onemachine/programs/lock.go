package programs

import (
	"context"

	"version-manager/internal/kit/filelock"
)

// lock waits until no other process builds. It calls waiting once if there is
// a wait.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	f, err := filelock.OpenLockedContext(ctx, path, waiting)
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}
