package agent

import (
	"fmt"

	"version-manager/internal/agent/statefile"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/names"
	"version-manager/internal/kit/problem"
)

// backUpState writes a copy of the state and reads it back.
func (a *app) backUpState(token uint64, id string) (string, error) {
	if !names.IsBackupName(id) {
		return "", problem.New(problem.Usage, "", "%q is not a valid name for a backup", id)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.state.Lease.checkToken(token); err != nil {
		return "", err
	}
	body, err := statefile.EncodeDocument(a.state)
	if err != nil {
		return "", err
	}
	path := a.paths.backupFile(id)
	if err := atomicfile.WriteFile(path, body, 0o600); err != nil {
		return "", fmt.Errorf("back up the state: %w", err)
	}
	read, err := atomicfile.ReadFile(path, int64(len(body)))
	if err == nil {
		err = statefile.DecodeDocument(read, &appState{})
	}
	if err != nil {
		return "", fmt.Errorf("read the backup back: %w", err)
	}
	return path, nil
}
