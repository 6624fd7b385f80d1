package agent

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/statedir"
)

// IsMadeHere reports whether a state folder without a binding was made on this
// machine: an agent serves it, or started what is recorded in it. The records
// name the folder by a number that nobody elsewhere knows.
func IsMadeHere(dir string) bool {
	if keeper.IsServed(dir) {
		return true
	}
	apps, _ := os.ReadDir(filepath.Join(dir, "apps")) // none is empty
	for _, app := range apps {
		if supervisor.HasRecord(pathsOf(dir, app.Name()).runDir()) {
			return true
		}
	}
	return false
}

// admitFolder refuses to serve a state folder that another user could have
// written or that was made elsewhere: the agent is about to start what it
// names. A folder without apps becomes ours. One that does
// not exist is made, unless the agent waits for another one: then it checks
// again when its turn comes.
func admitFolder(dir string, waits bool) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) && waits {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	err := statedir.VerifyBinding(dir, "", ownership.Of(os.Getenv))
	if err == nil {
		return launch.FinishMove(dir)
	}
	apps, _ := os.ReadDir(filepath.Join(dir, "apps")) // none is empty
	if errors.Is(err, statedir.ErrUnbound) && (len(apps) == 0 || IsMadeHere(dir)) {
		return statedir.WriteBinding(dir, "", "")
	}
	return fmt.Errorf("serve the state folder %s: %w", dir, err)
}
