package agent

import (
	"fmt"
	"path/filepath"

	"version-manager/internal/color"
	"version-manager/internal/kit/atomicfile"
)

// appPaths are the folders of one app.
type appPaths struct{ dir string }

func pathsOf(stateDir, app string) appPaths { return appPaths{filepath.Join(stateDir, "apps", app)} }

func (p appPaths) stateFile() string { return filepath.Join(p.dir, "state.json") }

func (p appPaths) runDir() string { return filepath.Join(p.dir, "run") }

func (p appPaths) logDir() string { return filepath.Join(p.dir, "logs") }

func (p appPaths) logFile(id string) string { return filepath.Join(p.dir, "logs", id+".log") }

func (p appPaths) journalDir() string { return filepath.Join(p.dir, "deploys") }

func (p appPaths) backupDir() string { return filepath.Join(p.dir, "backups") }

func (p appPaths) backupFile(id string) string { return filepath.Join(p.backupDir(), id+".json") }

func (p appPaths) secretsFile(c color.Color) string {
	return filepath.Join(p.dir, "secrets-"+string(c)+".json")
}

func (p appPaths) keysFile() string { return filepath.Join(p.dir, "keys.json") }

func (p appPaths) makeDirs() error {
	for _, dir := range []string{p.dir, p.runDir(), p.logDir(), p.backupDir()} {
		if err := atomicfile.MakeDir(dir); err != nil {
			return fmt.Errorf("make app folder: %w", err)
		}
	}
	return nil
}
