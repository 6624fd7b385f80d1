package agent

import (
	"fmt"
	"path/filepath"

	"version-manager/internal/color"
	"version-manager/internal/kit/atomicfile"
)

// paths are the folders of one app.
type paths struct{ dir string }

func (p paths) state() string { return filepath.Join(p.dir, "state.json") }

func (p paths) run(file string) string { return filepath.Join(p.dir, "run", file) }

func (p paths) logs() string { return filepath.Join(p.dir, "logs") }

func (p paths) log(id string) string { return filepath.Join(p.dir, "logs", id+".log") }

func (p paths) deploys() string { return filepath.Join(p.dir, "deploys") }

func (p paths) backup(id string) string { return filepath.Join(p.dir, "backups", id+".json") }

func (p paths) secrets(c color.Color) string {
	return filepath.Join(p.dir, "secrets-"+string(c)+".json")
}

func (p paths) keys() string { return filepath.Join(p.dir, "keys.json") }

func (p paths) make() error {
	for _, dir := range []string{p.dir, filepath.Dir(p.run("x")), p.logs(), filepath.Dir(p.backup("x"))} {
		if err := atomicfile.MakeDir(dir); err != nil {
			return fmt.Errorf("make app folder: %w", err)
		}
	}
	return nil
}
