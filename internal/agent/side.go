package agent

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"version-manager/internal/agent/process"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// wanted is what a color shall run, as it is stored. Secrets are not in it:
// they have a file of their own.
type wanted struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Key      string          `json:"key"` // changes with everything that instances of it are started with
}

// keyOf names what instances of spec are started with.
func keyOf(spec deploy.Spec) (string, error) {
	b, err := json.Marshal([]any{spec.Release, spec.Secrets})
	return fmt.Sprintf("%x", sha256.Sum256(b))[:24], err
}

// paths are the folders of one app.
type paths struct{ dir string }

func (p paths) state() string           { return filepath.Join(p.dir, "state.json") }
func (p paths) run(file string) string  { return filepath.Join(p.dir, "run", file) }
func (p paths) logs() string            { return filepath.Join(p.dir, "logs") }
func (p paths) log(id string) string    { return filepath.Join(p.dir, "logs", id+".log") }
func (p paths) deploys() string         { return filepath.Join(p.dir, "deploys") }
func (p paths) backup(id string) string { return filepath.Join(p.dir, "backups", id+".json") }
func (p paths) secrets(c color.Color) string {
	return filepath.Join(p.dir, "secrets-"+string(c)+".json")
}

func (p paths) make() error {
	for _, dir := range []string{p.dir, filepath.Dir(p.run("x")), p.logs(), filepath.Dir(p.backup("x"))} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make app folder: %w", err)
		}
	}
	return nil
}

// side is one color that runs something.
type side struct {
	paths     paths
	color     color.Color
	want      wanted
	plan      func() (*plan, error)
	instances []*instance // by number: the first is number 1
	pool      []string    // what the ingress was told last
}

// ready lists the addresses that may get requests.
func (s *side) ready() (addrs []string) {
	for _, i := range s.instances {
		if st := i.status(); st.Ready {
			addrs = append(addrs, st.Address)
		}
	}
	return addrs
}

// stopAll stops instances side by side.
func stopAll(instances []*instance, stop func(*instance)) {
	var wg sync.WaitGroup
	for _, i := range instances {
		wg.Go(func() { stop(i) })
	}
	wg.Wait()
}

// strays lists the processes that an earlier agent started, by instance.
func strays(p paths) map[string]record {
	found := map[string]record{}
	files, _ := filepath.Glob(p.run("*.json")) // the pattern is well formed
	for _, file := range files {
		r, err := readRecord(file)
		if err != nil {
			slog.Error("read what an earlier agent started", "file", file, "error", err)
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = r
	}
	return found
}

// endStrays ends processes of an earlier agent that nobody wants any more, and
// forgets them.
func endStrays(p paths, found map[string]record) {
	var wg sync.WaitGroup
	for id, r := range found {
		wg.Go(func() {
			endStray(r.Proc, id)
			for _, f := range []string{p.run(id + ".json"), p.run(id + ".fifo")} {
				if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
					slog.Error("forget stray instance", "instance", id, "error", err)
				}
			}
		})
	}
	wg.Wait()
}

func endStray(proc process.Identity, id string) {
	if !proc.Alive() {
		return
	}
	slog.Warn("end stray instance", "instance", id, "pid", proc.PID)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		_ = proc.Signal(sig) // ErrGone is what we want
		if waitFor(termGrace, func() bool { return !proc.Alive() }) {
			return
		}
	}
}
